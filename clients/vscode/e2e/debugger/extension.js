"use strict";
const vscode = require("vscode");

exports.activate = (context) => {
  const adapter = new vscode.DebugAdapterExecutable(process.env.TRACEKB_TEST_PYTHON, ["-m", "debugpy.adapter"]);
  context.subscriptions.push(vscode.debug.registerDebugAdapterDescriptorFactory("debugpy", { createDebugAdapterDescriptor: () => adapter }));
};
