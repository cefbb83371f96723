// Markdown of articles to HTML that is safe to show: raw HTML stays text, links go to the web only, images aren't loaded.
import MarkdownIt from "markdown-it";

/** Shows a block of code; the caller decides what stands beside it. */
export type Block = (code: string) => string;

const SLOT = /\{([A-Za-z_][A-Za-z0-9_]{0,40})\}/;
const parser = new MarkdownIt("default", { html: false, linkify: false, typographer: false });

parser.validateLink = isWeb;
parser.renderer.rules["image"] = (tokens, index) => escape(tokens[index]?.content ?? "");
parser.renderer.rules["fence"] = parser.renderer.rules["code_block"] = (tokens, index, _options, env: { block: Block }) =>
  env.block(tokens[index]?.content ?? "");
parser.renderer.rules["text"] = (tokens, index) => template(tokens[index]?.content ?? "");

/** Blocks of Markdown. */
export function markdown(text: string, block: Block): string {
  return parser.render(text, { block });
}

/** One line of Markdown, for titles. */
export function inline(text: string): string {
  return parser.renderInline(text.replace(/\s+/g, " ").trim());
}

/** One line of Markdown that begins with a capital, unless it begins with a name or with code. */
export function heading(text: string): string {
  const first = text.trim().split(/\s/, 1)[0] ?? "";
  return inline(/^[a-z][a-z']*$/.test(first) ? first.charAt(0).toUpperCase() + text.trim().slice(1) : text);
}

/** Text with its `{slots}` marked as the place holders they are. */
export function template(text: string): string {
  return text
    .split(SLOT)
    .map((piece, index) => (index % 2 ? `<var>${escape(piece)}</var>` : escape(piece)))
    .join("");
}

export function escape(text: unknown): string {
  return String(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

export function isWeb(address: string): boolean {
  return /^https?:\/\/[^\s/]/i.test(address) && URL.canParse(address);
}
