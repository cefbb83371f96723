// What went wrong, in one line for people.

/** The knowledge base can't be asked, or answered something that can't be shown. `message` says what to do. */
export class Trouble extends Error {}

/** The client was closed while somebody waited: the settings name another one, or the editor ends. Nobody needs to hear. */
export class Closed extends Trouble {}

export function inWords(problem: unknown): string {
  const words = problem instanceof Error ? problem.message : String(problem);
  return words.replace(/\s+/g, " ").slice(0, 300);
}
