// The debugger: what it stopped on, as the traceback Python would have printed.
import type * as vscode from "vscode";

export type Session = Pick<vscode.DebugSession, "customRequest">;

/** The debug adapters of Python: debugpy under its new name and its old one. */
export const TYPES = ["debugpy", "python"];

/** Requests that let the program go on. */
const GOES_ON = new Set(["continue", "next", "stepIn", "stepOut", "restart", "disconnect", "terminate"]);

interface Message {
  readonly type?: string;
  readonly event?: string;
  readonly command?: string;
  readonly body?: { readonly reason?: string; readonly threadId?: number };
}

interface ExceptionInfo {
  readonly exceptionId?: string;
  readonly description?: string;
  readonly details?: { readonly stackTrace?: string };
}

export class ExceptionTracker implements vscode.DebugAdapterTracker {
  #stop = 0;

  /** @param stopped hears the text of an exception and its name
   *  @param gone hears that the program goes on
   *  @param failed hears that the adapter didn't tell */
  constructor(
    private readonly session: Session,
    private readonly stopped: (text: string, name: string) => void,
    private readonly gone: () => void,
    private readonly failed: (problem: unknown) => void,
  ) {}

  onDidSendMessage(message: Message): void {
    if (message.type !== "event") return;
    if (message.event === "stopped" && message.body?.reason === "exception") void this.#ask(message.body.threadId);
    else if (["continued", "terminated", "exited"].includes(message.event ?? "")) this.#goOn();
  }

  onWillReceiveMessage(message: Message): void {
    if (message.type === "request" && GOES_ON.has(message.command ?? "")) this.#goOn();
  }

  onWillStopSession(): void {
    this.#goOn();
  }

  async #ask(threadId: number | undefined): Promise<void> {
    const stop = ++this.#stop;
    try {
      const info = (await this.session.customRequest("exceptionInfo", { threadId })) as ExceptionInfo;
      if (stop === this.#stop) this.stopped(tracebackFrom(info), nameOf(info));
    } catch (problem) {
      // Where the program went on meanwhile, nobody waits for it.
      if (stop === this.#stop) this.failed(problem);
    }
  }

  #goOn(): void {
    if (this.#stop === 0) return;
    this.#stop += 1;
    this.gone();
  }
}

/** The text of an exception, as Python prints it. */
export function tracebackFrom({ exceptionId, description, details }: ExceptionInfo): string {
  if (details?.stackTrace) return oldestFirst(details.stackTrace);
  return `${exceptionId ?? "Exception"}${description ? `: ${description}` : ""}\n`;
}

/** debugpy lists the newest frame first and leaves the headers out; chained exceptions stand in Python's order. */
function oldestFirst(stack: string): string {
  const lines: string[] = [];
  let frames: string[][] = [];
  for (const line of stack.split("\n")) {
    if (line.startsWith('  File "')) frames.push([line]);
    else if (line.startsWith("  ") && frames.length) frames.at(-1)?.push(line);
    else {
      if (frames.length) lines.push("Traceback (most recent call last):", ...frames.reverse().flat());
      frames = [];
      lines.push(line);
    }
  }
  return lines.join("\n");
}

/** Without its modules; debugpy appends a note where the program stands elsewhere. */
function nameOf({ exceptionId }: ExceptionInfo): string {
  return /^[\w.]+/.exec(exceptionId ?? "")?.[0].split(".").pop() ?? "exception";
}
