// Code that fits in where the cursor stands.

/** @param before what stands on the cursor's line before it. Lines get its indent; code after other code begins a line of its own. */
export function indented(code: string, before: string): string {
  const indent = /^[ \t]*/.exec(before)?.[0] ?? "";
  const lines = code.split("\n").map((line, index) => (index && line ? indent + line : line));
  return (before.trim() ? `\n${indent}` : "") + lines.join("\n") + "\n";
}
