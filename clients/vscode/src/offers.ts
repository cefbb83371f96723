// Offers a fix for an error that happened by itself: in a terminal's command, or under the debugger.
import type { Client } from "./client";
import type { Answer } from "./contract";
import { clip, plain } from "./text";

export interface Offer {
  readonly text: string;
  /** The answer, where it was asked for already. */
  readonly answer: Answer | undefined;
  readonly words: string;
  readonly tooltip: string;
}

/** What to offer for an error's text, or undefined where nothing is known. Nothing nobody asked about leaves the machine:
 *  a server is asked on the click only. @param name the exception's name */
export async function offerFor(client: Client, text: string, name: string): Promise<Offer | undefined> {
  const sent = clip(text);
  if (!client.local) return { text: sent, answer: undefined, words: `Look up ${name}`, tooltip: `Ask the knowledge base about this ${name}` };
  const answer = await client.lookup(sent);
  const [first] = answer.matches;
  if (!first) return undefined;
  const title = plain(first.title);
  if (answer.verdict === "match") return { text: sent, answer, words: `Fix: ${title}`, tooltip: `Show the fix of this ${name}: ${title}` };
  return { text: sent, answer, words: `${name}: what comes near`, tooltip: `No sure answer. The nearest entry: ${title}` };
}
