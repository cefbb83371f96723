// What the rest of the extension asks, whichever way the knowledge base is reached.
import type { Answer, Entry, Suggestion } from "./contract";
import { HttpClient } from "./http";
import { StdioClient } from "./stdio";

export interface Client {
  /** Whether what is asked stays on this machine. */
  readonly local: boolean;
  /** The address entries have pages at, where there is one. */
  readonly pages: string | undefined;
  lookup(text: string, limit?: number): Promise<Answer>;
  suggest(words: string): Promise<readonly Suggestion[]>;
  entry(id: string): Promise<Entry>;
  dispose(): void;
}

export interface Choice {
  readonly command: string;
  readonly serverUrl: string;
}

export function clientFor({ command, serverUrl }: Choice): Client {
  return serverUrl.trim() ? new HttpClient(serverUrl.trim()) : new StdioClient(command.trim() || "kb");
}
