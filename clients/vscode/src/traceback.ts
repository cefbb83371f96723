// Finds errors in what a terminal shows. Only where they begin and end: reading them is the knowledge base's business.

export interface ErrorLine {
  /** Where the error begins in the line, and how long it is, in UTF-16 units. */
  readonly start: number;
  readonly length: number;
  /** The exception's name, without its modules. */
  readonly name: string;
}

const HEADER = "Traceback (most recent call last):";
const LONGEST_LINE = 4_000;
/** What stands before an error: pytest's `E`, the margin of an exception group, a logger's indent. */
const MARGIN = /^(?:E {1,40}|[ \t|+]{0,40})/;
const NAME = /^((?:[A-Za-z_]\w{0,80}\.){0,12})([A-Z]\w{1,80})(?=: |$)/;
/** How exceptions are called that stand without their module: builtins, and those of `__main__`. */
const KIND = /(?:Error|Exception|Warning|Interrupt|Iteration|Exit|Group|Fault|Timeout)$/;
/** Chained tracebacks are one error. */
const CHAINS = [
  "During handling of the above exception, another exception occurred:",
  "The above exception was the direct cause of the following exception:",
];

/** The error that a line names, if it is the last line of a traceback. */
export function errorLine(line: string): ErrorLine | undefined {
  if (line.length > LONGEST_LINE) return undefined;
  const start = MARGIN.exec(line)?.[0].length ?? 0;
  const [whole, modules, name] = NAME.exec(line.slice(start)) ?? [];
  if (whole === undefined || name === undefined) return undefined;
  // A dotted name needs a message, else any attribute at the begin of a line would do.
  if (!KIND.test(name) && !(modules && line.startsWith(": ", start + whole.length))) return undefined;
  return { start, length: line.trimEnd().length - start, name };
}

/** The name of the last error in a text that holds a traceback. */
export function lastError(text: string): string | undefined {
  const lines = text.split(/\r?\n/);
  const header = lines.findLastIndex((line) => line.includes(HEADER));
  const last = lines.findLastIndex((line, index) => index > header && errorLine(line) !== undefined);
  if (last < 0 || (header < 0 && !/^E {1,40}/.test(lines[last] ?? ""))) return undefined;
  return errorLine(lines[last] ?? "")?.name;
}

/** The traceback that ends with `line`, at its last place in `text`; the line alone where it isn't found. */
export function tracebackOf(text: string, line: string): string {
  const lines = text.split(/\r?\n/);
  const wanted = line.trim();
  const end = lines.findLastIndex((one) => one.trim() === wanted);
  if (end < 0) return line;
  let start = lines.slice(0, end).findLastIndex((one) => one.includes(HEADER));
  if (start < 0) return line;
  for (;;) {
    const before = lines.slice(0, start).findLastIndex((one) => one.trim() !== "");
    if (before < 0 || !CHAINS.some((chain) => lines[before]?.includes(chain))) break;
    const earlier = lines.slice(0, before).findLastIndex((one) => one.includes(HEADER));
    if (earlier < 0) break;
    start = earlier;
  }
  return lines.slice(start, end + 1).join("\n");
}

/** The text's tail, as much of it as is kept of a terminal's output. */
export function tail(text: string, longest: number): string {
  return text.length <= longest ? text : text.slice(text.length - longest);
}
