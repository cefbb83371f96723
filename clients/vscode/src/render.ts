// Answers and entries as HTML, in the order and the words of the server's own page.
import { explained, type Answer, type Cause, type Entry, type Fix, type Part } from "./contract";
import { escape, heading, inline, isWeb, markdown, template } from "./markdown";

/** What a panel shows. Buttons name their code by its place in `codes`: the page never says what is inserted. */
export interface Shown {
  readonly title: string;
  readonly html: string;
  readonly codes: readonly string[];
}

const SURE: readonly (readonly [number, string])[] = [
  [0.97, "Almost certainly this"],
  [0.85, "Very likely this"],
  [0.6, "Probably this"],
  [0, "Possibly this"],
];

/** A probability in words. */
export function sure(confidence: number): string {
  return SURE.find(([least]) => confidence >= least)?.[1] ?? "Possibly this";
}

/** @param chosen the id of the match to begin with, where a person picked one
 *  @param pages the address below which entries have pages */
export function renderAnswer(answer: Answer, pages?: string, chosen?: string): Shown {
  const page = new Page(pages);
  return { html: page.answer(answer, chosen), title: page.title, codes: page.codes };
}

export function renderEntry(entry: Entry, pages?: string): Shown {
  const page = new Page(pages);
  return { html: page.entry(entry), title: page.title, codes: page.codes };
}

class Page {
  readonly codes: string[] = [];
  title = "tracekb";

  constructor(private readonly pages: string | undefined) {}

  answer(answer: Answer, chosen: string | undefined): string {
    const first = answer.matches.find((match) => match.id === chosen) ?? (answer.verdict === "match" ? answer.matches[0] : undefined);
    const others = answer.matches.filter((match) => match !== first);
    return `<main class="answer is-${escape(answer.verdict)}">
${first ? this.#certain(first, answer) : this.#uncertain(answer)}
${answer.notices.map((notice) => `<p class="notice">${escape(notice)}</p>`).join("")}
${others.length ? `<section class="others">${first ? "<h3>Less likely</h3>" : ""}${others.map((match) => this.#other(match, answer, !first && others.length === 1)).join("")}</section>` : ""}
${answer.also.length ? `<section><h3>Also in this text</h3>${answer.also.map((part) => this.#also(part)).join("")}</section>` : ""}
</main>`;
  }

  entry(entry: Entry): string {
    this.title = entry.title;
    const forms = entry.errors.map((form) => `<p class="mono">${formOf(form)}</p>`).join("");
    return `<main class="entry"><h2>${inline(entry.title)}</h2>${this.#chips(entry)}${forms}${this.#found(entry, undefined)}</main>`;
  }

  #certain(match: Entry, part: Part): string {
    this.title = match.title;
    return `<div class="verdict verdict-match"><p class="verdict-word">${sure(match.confidence ?? 0)}</p>
<h2>${inline(match.title)}</h2>${this.#chips(match)}</div>${this.#found(match, part)}`;
  }

  #uncertain(answer: Answer): string {
    const error = explained(answer.read);
    const one = answer.matches.length === 1;
    if (answer.verdict !== "none") {
      const kind = error?.type
        ? `Many things can raise <code>${short(error.type, 120)}</code>; see whether ${one ? "this is" : "one of these is"} yours.`
        : `Found by the words; see whether ${one ? "this" : "one of these"} is meant.`;
      return `<div class="verdict verdict-related"><p class="verdict-word">No sure answer</p>
<h2>${one ? "One entry comes near" : `${answer.matches.length} entries come near`}</h2><p>${kind}</p></div>`;
    }
    const read = error?.type
      ? `<h2>This error isn't known here</h2><p>It was read as <code>${short(error.type, 200)}</code>${error.message ? ` saying “<span class="mono">${short(error.message, 300)}</span>”` : ""}, and nothing that is known comes near enough to be worth your time.</p>`
      : `<h2>No error was found in this text</h2><p>The line with the exception, such as <code>ValueError: …</code>, should be part of it. It stands at the very end of a traceback.</p>`;
    return `<div class="verdict verdict-none"><p class="verdict-word">I don't know</p>${read}</div>`;
  }

  #other(match: Entry, part: Part, open: boolean): string {
    return `<details class="other"${open ? " open" : ""}><summary><span class="summary-title">${inline(match.title)}</span>
<span class="muted">${escape(match.library)} · ${sure(match.confidence ?? 0).toLowerCase()}</span></summary>${this.#found(match, part)}</details>`;
  }

  #also(part: Part): string {
    const error = explained(part.read);
    const known = { match: "known", related: "something comes near", none: "not known here" }[part.verdict];
    const matches = part.matches.slice(0, 3).map((match) => `<h4>${inline(match.title)}</h4>${this.#found(match, part)}`);
    return `<details class="other"><summary><span class="summary-title mono">${short(error?.type || error?.message || "Another error", 90)}</span>
<span class="muted">${known}</span></summary>${matches.join("") || `<p class="mono">${short(error?.message ?? "", 300)}</p>`}</details>`;
  }

  #found(match: Entry, part: Part | undefined): string {
    return [
      match.summary ? `<div class="prose">${this.#prose(match.summary)}</div>` : "",
      this.#likely(match),
      this.#fixes(match),
      this.#causes(match),
      this.#avoid(match),
      part ? this.#why(match, part) : "",
      this.#further(match),
    ].join("\n");
  }

  #likely(match: Entry): string {
    const likely = match.causes.filter((cause) => cause.likely);
    if (!likely.length) return "";
    const lines = likely.map((cause) => `<p><b>Likely cause:</b> ${inline(cause.title)}${whyOf(cause)}</p>`);
    return `<div class="likely-cause">${lines.join("")}</div>`;
  }

  #fixes(match: Entry): string {
    if (!match.fixes.length) return "";
    const title = match.fixes.length === 1 ? "The fix" : "Fixes, the likeliest first";
    return `<section><h3>${title}</h3><ol class="fixes">${match.fixes.map((fix, index) => this.#fix(fix, match, index < 2)).join("")}</ol></section>`;
  }

  #fix(fix: Fix, match: Entry, open: boolean): string {
    const cause = match.causes.length > 1 ? match.causes.find((one) => one.id === fix.cause) : undefined;
    const when = cause ? `<p class="when">When ${inline(cause.title)}${cause.likely ? ' <span class="chip">likely here</span>' : ""}</p>` : "";
    const text = this.#prose(fix.text);
    const codes = fix.code.map((code) => this.#code(code)).join("");
    const whole = fix.program && !fix.code.some((code) => code.trim() === fix.program?.trim());
    const program = whole ? `<details class="program"><summary>The whole program</summary>${this.#code(fix.program ?? "")}</details>` : "";
    return `<li><details class="fix"${open ? " open" : ""}><summary><h4>${heading(fix.title)}</h4></summary>${when}
<div class="prose">${text}</div>${codes}${proofOf(fix)}${program}</details></li>`;
  }

  #causes(match: Entry): string {
    if (!match.causes.length) return "";
    const items = match.causes.map((cause) => {
      const check = cause.check ? `<div class="check"><b>Check</b> ${this.#prose(cause.check)}</div>` : "";
      return `<li${cause.likely ? ' class="is-likely"' : ""}><h4>${heading(cause.title)}${cause.likely ? ' <span class="chip">likely here</span>' : ""}</h4>
<div class="prose">${this.#prose(cause.text)}</div>${check}</li>`;
    });
    return `<section><h3>${match.causes.length === 1 ? "The cause" : "Which cause is yours?"}</h3><ul class="causes">${items.join("")}</ul></section>`;
  }

  #avoid(match: Entry): string {
    const items = match.avoid.map((one) => `<li><h4>${heading(one.title)}</h4><div class="prose">${this.#prose(one.text)}</div></li>`);
    return items.length ? `<section><h3>Better not</h3><ul class="causes">${items.join("")}</ul></section>` : "";
  }

  #why(match: Entry, part: Part): string {
    const error = explained(part.read);
    const rows: [string, string][] = [];
    if (error) rows.push(["Line taken", `<span class="mono">${short([error.type, error.message].filter(Boolean).join(": "), 400)}</span>`]);
    rows.push(["Known as", match.errors.slice(0, 3).map((form) => `<p class="mono">${formOf(form)}</p>`).join("")]);
    const slots = (match.slots ?? []).map((slot) => {
      const raw = slot.raw === slot.value ? "" : ` <span class="muted">from</span> <span class="mono muted">${short(slot.raw, 120)}</span>`;
      return `<li><var>${escape(slot.name)}</var> <span class="mono">${short(slot.value, 120)}</span>${raw}</li>`;
    });
    if (slots.length) rows.push(["Your names", `<ul class="slots">${slots.join("")}</ul>`]);
    const evidence = (match.evidence ?? []).map((one) => `<li><span class="chip">${escape(one.kind)}</span> ${template(cut(one.detail, 400))}</li>`);
    if (evidence.length) rows.push(["What counted", `<ul class="evidence">${evidence.join("")}</ul>`]);
    return `<section class="grounds"><h3>Why this entry</h3><dl>${rows.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join("")}</dl></section>`;
  }

  #further(match: Entry): string {
    const own = ownPage(match, this.pages);
    const links = [...match.references, ...(own ? [own] : [])].map((target) =>
      isWeb(target) ? `<li><a href="${escape(target)}">${escape(target)}</a></li>` : `<li>${escape(target)}</li>`,
    );
    const entries = match.see_also.map((id) => `<li>See also <button class="link" data-do="entry" data-entry="${escape(id)}">${escape(id)}</button></li>`);
    const items = [...links, ...entries];
    return items.length ? `<section><h3>Read on</h3><ul>${items.join("")}</ul></section>` : "";
  }

  #chips(match: Entry): string {
    const chips = [match.library];
    if (match.origin === "extracted") chips.push("read out of a web page");
    if (match.general) chips.push("general error");
    if (match.applies === false) chips.push("other versions than yours");
    return `<p class="chips">${chips.map((chip) => `<span class="chip">${escape(chip)}</span>`).join(" ")}</p>`;
  }

  #prose(text: string): string {
    return markdown(text, (code) => this.#code(code));
  }

  #code(text: string): string {
    const code = text.replace(/\n+$/, "");
    const number = this.codes.push(code) - 1;
    return `<div class="code"><pre tabindex="0"><code>${escape(code)}</code></pre><div class="code-do">
<button data-do="insert" data-code="${number}">Insert at cursor</button> <button data-do="copy" data-code="${number}">Copy</button></div></div>`;
  }
}

function formOf(form: Entry["errors"][number]): string {
  return `${escape(form.exception)}${form.message ? `: ${template(form.message)}` : ""}${form.versions ? ` <span class="chip">${escape(form.versions)}</span>` : ""}`;
}

function whyOf(cause: Cause): string {
  return cause.why ? `<br><span class="muted">Your paste shows: ${inline(cause.why)}</span>` : "";
}

function proofOf(fix: Fix): string {
  const run = fix.verified.at(-1);
  if (!run) return "";
  const packages = Object.entries(run.packages).map(([name, version]) => `${name} ${version}`);
  const more = fix.verified.length - 1;
  return `<p class="proof"><span class="tick">✓</span> Proven: ran clean on Python ${escape(run.python)}${packages.length ? ` with ${escape(packages.join(", "))}` : ""}, ${escape(run.date)}${more ? `; ${more} more run${more > 1 ? "s" : ""}` : ""}</p>`;
}

function ownPage(match: Entry, pages: string | undefined): string | undefined {
  if (isWeb(match.url)) return match.url;
  return pages && match.url ? new URL(match.url.replace(/^\//, ""), pages).href : undefined;
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function short(text: string, longest: number): string {
  return escape(cut(text, longest));
}
