// A knowledge base kept as a child: `kb serve --stdio`, a JSON request a line, a JSON answer a line.
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { homedir } from "node:os";
import { asAnswer, asEntry, asSuggestions, fields, LONGEST_ANSWER } from "./check";
import type { Client } from "./client";
import type { Answer, Entry, Suggestion } from "./contract";
import { Closed, Trouble } from "./trouble";

/** The first answer waits for Python's start and, on a new machine, for the knowledge base to be filled. */
const FIRST_MS = 180_000;
const LATER_MS = 20_000;
/** A child that can't be started isn't started again at every key. */
const REST_MS = 3_000;
const KEPT_STDERR = 4_000;

interface Pending {
  readonly settle: (answer: unknown) => void;
  readonly fail: (problem: Trouble) => void;
  readonly timer: NodeJS.Timeout;
}

export class StdioClient implements Client {
  readonly local = true;
  readonly pages = undefined;
  #child: Child | undefined;
  #failure: { readonly problem: Trouble; readonly at: number } | undefined;

  constructor(private readonly command: string) {}

  async lookup(text: string, limit = 5): Promise<Answer> {
    return asAnswer(await this.#ask({ op: "lookup", text, limit }));
  }

  async suggest(words: string): Promise<readonly Suggestion[]> {
    return asSuggestions(await this.#ask({ op: "suggest", q: words }));
  }

  async entry(id: string): Promise<Entry> {
    return asEntry(fields(await this.#ask({ op: "entry", entry: id }))["entry"]);
  }

  dispose(): void {
    this.#child?.end();
    this.#child = undefined;
  }

  async #ask(request: object): Promise<unknown> {
    if (!this.#child) {
      if (this.#failure && Date.now() - this.#failure.at < REST_MS) throw this.#failure.problem;
      const child = new Child(this.command, (problem) => {
        if (this.#child !== child) return;
        this.#child = undefined;
        this.#failure = { problem, at: Date.now() };
      });
      this.#child = child;
    }
    return this.#child.ask(request);
  }
}

/** One running child. It is over for good once `gone` was called. */
class Child {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, Pending>();
  #count = 0;
  #answered = false;
  #unread = "";
  #stderr = "";

  constructor(
    private readonly command: string,
    private readonly gone: (problem: Trouble) => void,
  ) {
    // Started in the home folder and without a shell: nothing in a workspace has a say in what runs.
    this.#process = spawn(command.replace(/^~(?=[/\\])/, homedir()), ["serve", "--stdio"], {
      cwd: homedir(),
      windowsHide: true,
    });
    this.#process.stdout.setEncoding("utf8").on("data", (text: string) => this.#read(text));
    this.#process.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-KEPT_STDERR);
    });
    // A pipe that breaks is told by the process's end as well.
    this.#process.stdin.on("error", () => undefined);
    this.#process.on("error", (problem: NodeJS.ErrnoException) => this.#stop(this.#notStarted(problem)));
    this.#process.on("close", (status) => this.#stop(this.#ended(status)));
  }

  ask(request: object): Promise<unknown> {
    return new Promise((settle, fail) => {
      const id = ++this.#count;
      const wait = this.#answered ? LATER_MS : FIRST_MS;
      const timer = setTimeout(() => this.#stop(new Trouble(`${this.command} gave no answer in ${wait / 1000} seconds.`)), wait);
      this.#waiting.set(id, { settle, fail, timer });
      this.#process.stdin.write(JSON.stringify({ id, ...request }) + "\n");
    });
  }

  end(): void {
    this.#stop(new Closed("The knowledge base was closed."));
  }

  #read(text: string): void {
    const lines = (this.#unread + text).split("\n");
    this.#unread = lines.pop() ?? "";
    lines.forEach((line) => this.#answer(line));
    if (this.#unread.length > LONGEST_ANSWER) this.#stop(new Trouble(`${this.command} gave an answer without end.`));
  }

  #answer(line: string): void {
    let answer: Record<string, unknown>;
    try {
      answer = fields(JSON.parse(line));
    } catch {
      this.#stop(new Trouble(`${this.command} doesn't speak JSON. Is tracekb.command set to kb?`));
      return;
    }
    const pending = this.#waiting.get(Number(answer["id"]));
    if (!pending) return;
    this.#answered = true;
    this.#waiting.delete(Number(answer["id"]));
    clearTimeout(pending.timer);
    const error = answer["error"];
    if (error === undefined) pending.settle(answer);
    else pending.fail(new Trouble(String((error as { message?: unknown } | null)?.message ?? error)));
  }

  #stop(problem: Trouble): void {
    for (const { fail, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      fail(problem);
    }
    this.#waiting.clear();
    this.#process.stdin.end();
    this.#process.kill();
    this.gone(problem);
  }

  #notStarted(problem: NodeJS.ErrnoException): Trouble {
    const why = problem.code === "ENOENT" ? "wasn't found" : `can't be run (${problem.code ?? problem.message})`;
    return new Trouble(`The command ${this.command} ${why}. Install it (pipx install tracekb), or set tracekb.command to its path.`);
  }

  #ended(status: number | null): Trouble {
    const last = this.#stderr.trim().split("\n").pop();
    return new Trouble(last ? last.slice(0, 300) : `${this.command} ended (status ${status ?? "unknown"}).`);
  }
}
