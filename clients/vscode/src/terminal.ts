// The terminal: a link on the line of an error, and the output of a command that failed.
import * as vscode from "vscode";
import { stripVTControlCharacters } from "node:util";
import { errorLine, lastError, tail, tracebackOf } from "./traceback";

/** Characters kept of a command's output. */
const KEPT = 256 * 1024;
/** The end of a command may be told before the last of its output. */
const REST_MS = 2_000;
const INTERRUPTED = 130;

interface Link extends vscode.TerminalLink {
  readonly line: string;
}

class Output {
  text = "";
  readonly whole: Promise<void>;

  constructor(execution: vscode.TerminalShellExecution) {
    this.whole = this.#read(execution);
  }

  async #read(execution: vscode.TerminalShellExecution): Promise<void> {
    for await (const data of execution.read()) this.text = tail(this.text + data, KEPT);
  }
}

/** @param open looks a text up, because somebody asked
 *  @param failed hears the output of a command that failed with a traceback, and the exception's name */
export function watchTerminals(open: (text: string) => void, failed: (text: string, name: string) => void): vscode.Disposable {
  const outputs = new WeakMap<vscode.Terminal, Output>();
  return vscode.Disposable.from(
    vscode.window.registerTerminalLinkProvider({
      provideTerminalLinks: ({ line }): Link[] => {
        const found = errorLine(line);
        return found ? [{ startIndex: found.start, length: found.length, tooltip: `Look up this ${found.name}`, line }] : [];
      },
      handleTerminalLink: ({ line }: Link) => {
        const terminal = vscode.window.activeTerminal;
        const text = terminal && outputs.get(terminal)?.text;
        open(text ? tracebackOf(stripVTControlCharacters(text), line) : line);
      },
    }),
    vscode.window.onDidStartTerminalShellExecution(({ terminal, execution }) => {
      // Read from the start on: a server that runs for days prints its tracebacks while it runs.
      outputs.set(terminal, new Output(execution));
    }),
    vscode.window.onDidEndTerminalShellExecution(async ({ terminal, exitCode }) => {
      if (exitCode === 0 || exitCode === INTERRUPTED) return;
      const output = outputs.get(terminal);
      if (!output) return;
      await Promise.race([output.whole, new Promise((rest) => setTimeout(rest, REST_MS))]);
      const text = stripVTControlCharacters(output.text);
      const name = lastError(text);
      if (name) failed(text, name);
    }),
  );
}
