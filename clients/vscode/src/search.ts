// What quick search lists for what was typed or pasted.
import type { Client } from "./client";
import type { Answer } from "./contract";
import { sure } from "./render";
import { clip, plain } from "./text";
import { errorLine } from "./traceback";

export interface Row {
  readonly label: string;
  readonly description: string;
  /** The entry to open; rows without one only say something. */
  readonly id?: string;
  /** The answer the row belongs to, where a whole error was pasted. */
  readonly answer?: Answer;
}

const SHORTEST = 2;

/** Rows for a question; an error or a traceback is looked up, words are completed and, where that finds nothing, searched. */
export async function rowsFor(client: Client, question: string): Promise<readonly Row[]> {
  const words = question.trim();
  if (words.length < SHORTEST) return [];
  if (!isError(words)) {
    const found = await client.suggest(words.slice(0, 500));
    if (found.length) {
      return found.map(({ id, title, exception, library }) => ({ label: plain(title), description: plain(`${library} · ${exception}`), id }));
    }
  }
  const answer = await client.lookup(clip(words), 8);
  const rows = answer.matches.map((match) => ({
    label: plain(match.title),
    description: plain(`${match.library} · ${sure(match.confidence ?? 0).toLowerCase()}`),
    id: match.id,
    answer,
  }));
  return rows.length ? rows : [{ label: "No entry is known for this", description: "" }];
}

function isError(words: string): boolean {
  return /Traceback \(most recent call last\)/.test(words) || words.split("\n").some((line) => errorLine(line) !== undefined);
}

/** An input box holds one line: `typed` may be a paste that lost its line ends. The clipboard then still has them. */
export function pasteBehind(typed: string, clipboard: string): string {
  const bare = (text: string): string => text.replace(/\s+/g, "");
  return clipboard.includes("\n") && bare(typed) !== "" && bare(typed) === bare(clipboard) ? clipboard : typed;
}
