// A knowledge base on a server, by its HTTP API.
import { asAnswer, asEntry, asSuggestions, LONGEST_ANSWER } from "./check";
import type { Client } from "./client";
import type { Answer, Entry, Suggestion } from "./contract";
import { inWords, Trouble } from "./trouble";

const WAIT_MS = 15_000;

export class HttpClient implements Client {
  readonly local = false;
  readonly #base: URL | undefined;

  constructor(private readonly address: string) {
    const base = URL.canParse(address) ? new URL(address.endsWith("/") ? address : `${address}/`) : undefined;
    this.#base = base && ["http:", "https:"].includes(base.protocol) ? base : undefined;
  }

  get pages(): string | undefined {
    return this.#base?.href;
  }

  async lookup(text: string, limit = 5): Promise<Answer> {
    const body = JSON.stringify({ text, limit });
    return asAnswer(await this.#ask("api/v1/lookup", { method: "POST", body, headers: { "Content-Type": "application/json" } }));
  }

  async suggest(words: string): Promise<readonly Suggestion[]> {
    return asSuggestions(await this.#ask(`api/v1/suggest?${new URLSearchParams({ q: words })}`));
  }

  async entry(id: string): Promise<Entry> {
    return asEntry(await this.#ask(`api/v1/entries/${id.split("/").map(encodeURIComponent).join("/")}`));
  }

  dispose(): void {
    // Nothing is kept open.
  }

  async #ask(path: string, request: RequestInit = {}): Promise<unknown> {
    if (!this.#base) throw new Trouble(`tracekb.serverUrl is no address of the web: ${this.address}`);
    let response: Response;
    let body: string;
    try {
      // An entry that was moved redirects; a paste must not be carried to another host.
      const redirect = request.method === "POST" ? "error" : "follow";
      response = await fetch(new URL(path, this.#base), { ...request, redirect, signal: AbortSignal.timeout(WAIT_MS) });
      body = await textOf(response);
    } catch (problem) {
      if (problem instanceof Trouble) throw problem;
      throw new Trouble(`No knowledge base answers at ${this.#base.origin} (${reason(problem)}). Is tracekb.serverUrl right?`);
    }
    let value: unknown;
    try {
      value = JSON.parse(body);
    } catch {
      throw new Trouble(`${this.#base.origin} doesn't speak JSON (status ${response.status}). Is tracekb.serverUrl right?`);
    }
    if (!response.ok) throw new Trouble(`${this.#base.origin}: ${detailOf(value) ?? `status ${response.status}`}`);
    return value;
  }
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > LONGEST_ANSWER) throw new Trouble("The server gave an answer without end.");
  }
  return text + decoder.decode();
}

function detailOf(value: unknown): string | undefined {
  const detail = (value as { detail?: unknown } | null)?.detail;
  return typeof detail === "string" ? detail : undefined;
}

function reason(problem: unknown): string {
  const cause = problem instanceof Error ? problem.cause : undefined;
  const code = (cause as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : inWords(cause ?? problem);
}
