// Texts on their way in, to the size a knowledge base takes, and on their way out, into one harmless line.

/** What a knowledge base reads at most, in UTF-8 bytes. */
const LONGEST_PASTE = 1024 * 1024;

/** `text`, where it is too long its head and its tail: a traceback ends with what matters. */
export function clip(text: string, longest = LONGEST_PASTE): string {
  if (Buffer.byteLength(text) <= longest) return text;
  const bytes = Buffer.from(text);
  const gap = "\n… cut here …\n";
  const head = Math.floor(longest / 4);
  // A character cut in two becomes a replacement character, three bytes for up to three.
  const tail = longest - head - Buffer.byteLength(gap) - 12;
  return bytes.subarray(0, head).toString() + gap + bytes.subarray(bytes.length - tail).toString();
}

/** Markdown as words only, on one line, for labels. */
export function plain(markdown: string, longest = 200): string {
  return oneLine(markdown.replace(/[`*]/g, ""), longest);
}

/** One line without control characters and without the `$(name)` that editors draw as icons. */
export function oneLine(text: string, longest = 200): string {
  const line = text
    .slice(0, longest * 4)
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, " ")
    .trim()
    .replaceAll("$(", "$\u2060(");
  const characters = [...line];
  return characters.length > longest ? `${characters.slice(0, longest - 1).join("")}…` : line;
}
