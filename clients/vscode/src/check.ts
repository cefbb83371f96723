// The shape of answers, checked before anything is shown: the other end may be another program than we think.
import type { Answer, Entry, Part, Suggestion } from "./contract";
import { Trouble } from "./trouble";

export const LONGEST_ANSWER = 32 * 1024 * 1024;

type Fields = Record<string, unknown>;

export function fields(value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw strange("an object");
  return value as Fields;
}

export function asAnswer(value: unknown): Answer {
  const answer = fields(value);
  part(answer);
  list(answer, "also").forEach((one) => part(fields(one)));
  list(answer, "notices");
  return answer as unknown as Answer;
}

export function asEntry(value: unknown): Entry {
  const entry = fields(value);
  for (const name of ["id", "title", "library"]) if (typeof entry[name] !== "string") throw strange(name);
  for (const name of ["errors", "causes", "fixes", "avoid", "references", "see_also"]) list(entry, name);
  return entry as unknown as Entry;
}

export function asSuggestions(value: unknown): readonly Suggestion[] {
  const items = list(fields(value), "items").map(fields);
  if (items.some((item) => typeof item["id"] !== "string" || typeof item["title"] !== "string")) throw strange("items");
  return items as unknown as readonly Suggestion[];
}

function part(value: Fields): Part {
  if (!["match", "related", "none"].includes(String(value["verdict"]))) throw strange("a verdict");
  list(value, "matches").forEach(asEntry);
  list(fields(value["read"]), "exceptions").forEach(fields);
  return value as unknown as Part;
}

function list(value: Fields, name: string): unknown[] {
  const found = value[name];
  if (!Array.isArray(found)) throw strange(name);
  return found;
}

function strange(what: string): Trouble {
  return new Trouble(`The answer isn't one of a knowledge base: ${what} is missing. Is tracekb set to the right command or server?`);
}
