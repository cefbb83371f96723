// The debugger's half: a fake session for the order of things, the real debugpy for what it says.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ExceptionTracker, tracebackFrom, type Session } from "../src/debug";

const STOPPED = { type: "event", event: "stopped", body: { reason: "exception", threadId: 7 } };
const STACK = '  File "b.py", line 1, in pour\n    x[k]\n  File "a.py", line 3, in <module>\n    pour()\nKeyError: \'tea\'\n';
const INFO = { exceptionId: "KeyError       (note: paused elsewhere)", description: "'tea'", details: { stackTrace: STACK } };
const TRACEBACK = 'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\n    pour()\n  File "b.py", line 1, in pour\n    x[k]\nKeyError: \'tea\'\n';
const turn = (): Promise<void> => new Promise((rest) => setImmediate(rest));

function tracked(customRequest: Session["customRequest"]) {
  const heard: string[] = [];
  const tracker = new ExceptionTracker(
    { customRequest },
    (text, name) => heard.push(`${name}|${text}`),
    () => heard.push("gone"),
    (problem) => heard.push(`failed ${String(problem)}`),
  );
  return { heard, tracker };
}

describe("a fake session", () => {
  test("stops on an exception: the adapter is asked about it, and the text is a traceback", async () => {
    const requests: unknown[] = [];
    const { heard, tracker } = tracked(async (...request) => (requests.push(request), INFO));
    tracker.onDidSendMessage(STOPPED);
    await turn();
    assert.deepEqual(requests, [["exceptionInfo", { threadId: 7 }]]);
    assert.deepEqual(heard, [`KeyError|${TRACEBACK}`]);
  });

  test("stops at a breakpoint, or says something else: nobody is asked", async () => {
    const { heard, tracker } = tracked(() => assert.fail("asked"));
    for (const body of [{ reason: "breakpoint" }, {}]) tracker.onDidSendMessage({ type: "event", event: "stopped", body });
    tracker.onDidSendMessage({ type: "response" });
    tracker.onDidSendMessage({ type: "event", event: "terminated" });
    await turn();
    assert.deepEqual(heard, []);
  });

  test("goes on: the offer goes, and an answer that comes late isn't offered", async () => {
    let tell: (info: unknown) => void = () => undefined;
    const { heard, tracker } = tracked(() => new Promise((settle) => (tell = settle)));
    tracker.onDidSendMessage(STOPPED);
    tracker.onWillReceiveMessage({ type: "request", command: "continue" });
    tell(INFO);
    await turn();
    assert.deepEqual(heard, ["gone"]);
  });

  test("an adapter that can't tell is trouble, not a crash", async () => {
    const { heard, tracker } = tracked(() => Promise.reject(new Error("unsupported")));
    tracker.onDidSendMessage(STOPPED);
    await turn();
    assert.deepEqual(heard, ["failed Error: unsupported"]);
  });

  test("an adapter that tells little", () => {
    assert.equal(tracebackFrom({}), "Exception\n");
    assert.equal(tracebackFrom({ exceptionId: "ValueError", description: "no" }), "ValueError: no\n");
  });
});

/** The least of a debugging editor: it starts the adapter, launches a program, and hands messages to a tracker. */
async function debug(program: string): Promise<string> {
  const adapter = spawn(process.env["TRACEKB_TEST_PYTHON"] ?? "python3", ["-m", "debugpy.adapter"], { stdio: ["pipe", "pipe", "inherit"] });
  const waiting = new Map<number, (body: unknown) => void>();
  let count = 0;
  const request = (command: string, args: object): Promise<unknown> => {
    const body = JSON.stringify({ seq: ++count, type: "request", command, arguments: args });
    adapter.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    return new Promise((settle) => waiting.set(count, settle));
  };
  const found = new Promise<string>((stopped, failed) => {
    const tracker = new ExceptionTracker({ customRequest: (command, args) => request(command, args) }, stopped, () => undefined, failed);
    let unread = Buffer.alloc(0);
    adapter.on("close", () => failed(new Error("the adapter ended")));
    adapter.stdout.on("data", (data: Buffer) => {
      unread = Buffer.concat([unread, data]);
      for (;;) {
        const head = unread.indexOf("\r\n\r\n");
        const length = Number(/Content-Length: (\d+)/.exec(unread.subarray(0, Math.max(head, 0)).toString())?.[1]);
        if (head < 0 || unread.length < head + 4 + length) return;
        const message = JSON.parse(unread.subarray(head + 4, head + 4 + length).toString());
        unread = unread.subarray(head + 4 + length);
        tracker.onDidSendMessage(message);
        if (message.type === "response") waiting.get(message.request_seq)?.(message.body);
        else if (message.event === "terminated") failed(new Error("the program ended without a stop"));
        else if (message.event === "initialized") {
          void request("setExceptionBreakpoints", { filters: ["uncaught"] });
          void request("configurationDone", {});
        }
      }
    });
  });
  void request("initialize", { adapterID: "debugpy", clientID: "test", pathFormat: "path" });
  void request("launch", { program, console: "internalConsole", justMyCode: true });
  try {
    return await found;
  } finally {
    const closed = new Promise((ended) => adapter.on("close", ended));
    await request("disconnect", { terminateDebuggee: true });
    adapter.stdin.end();
    await closed;
  }
}

test("the real debugpy stops on an exception that was raised while another was handled", async () => {
  const program = join(await mkdtemp(join(tmpdir(), "tracekb-")), "shop.py");
  await writeFile(program, "def pour():\n    try:\n        {}['cup']\n    except KeyError:\n        import kettle_of_tea\n\npour()\n");
  const text = await debug(program);
  assert.match(text, /^Traceback \(most recent call last\):\n {2}File ".*shop\.py", line 3, in pour\n/);
  assert.match(text, /\nKeyError: 'cup'\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback/);
  assert.match(text, /line 7, in <module>\n {4}pour\(\)\n {2}File ".*shop\.py", line 5, in pour\n {4}import kettle_of_tea\nModuleNotFoundError: No module named 'kettle_of_tea'\n$/);
});
