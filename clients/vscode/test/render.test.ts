// Answers as HTML: everything the page says, and nothing that runs.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { clientFor, type Client } from "../src/client";
import { explained, type Answer, type Entry } from "../src/contract";
import { documentOf } from "../src/html";
import { renderAnswer, renderEntry } from "../src/render";
import { DETACHED, DETACHED_ID, HOSTILE, KB, UNKNOWN } from "./base";

const HARMLESS = /^<\/?(?:main|section|div|p|h[2-4]|ol|ul|li|dl|dt|dd|b|br|em|strong|code|pre|var|span|a|table|thead|tbody|tr|th|td|hr|s|blockquote|details|summary|button)(?: (?:class|href|start|tabindex|open|data-do|data-code|data-entry)(?:="[^"<>]*")?)*>$/;

/** Every tag is one of ours, and every link leads to the web. */
function assertHarmless(html: string): void {
  for (const tag of html.match(/<[^>]*>/g) ?? []) assert.match(tag, HARMLESS);
  for (const [, target] of html.matchAll(/href="([^"]*)"/g)) assert.match(target ?? "", /^https?:\/\//);
}

describe("answers of the real kb", () => {
  let client: Client;
  before(() => {
    client = clientFor({ command: KB, serverUrl: "" });
  });
  after(() => client.dispose());

  test("a match: verdict, fixes with their code, evidence, and the reader's names", async () => {
    const shown = renderAnswer(await client.lookup(DETACHED));
    assertHarmless(shown.html);
    assert.match(shown.html, /Almost certainly this|Very likely this|Probably this/);
    assert.match(shown.html, /What counted/);
    assert.match(shown.html, /Your names.*<span class="mono">users<\/span>/s);
    assert.ok(shown.codes.some((code) => code.includes("Session")));
    assert.match(shown.html, /data-do="insert" data-code="0"/);
    assert.equal(shown.html.match(/data-do="insert"/g)?.length, shown.codes.length);
  });

  test("an honest no", async () => {
    const shown = renderAnswer(await client.lookup(UNKNOWN));
    assertHarmless(shown.html);
    assert.match(shown.html, /I don't know/);
    assert.match(shown.html, /zorkmid\.FrobnicationError/);
    assert.deepEqual(shown.codes, []);
  });

  test("nothing in a hostile paste or article becomes markup", async () => {
    const answer = await client.lookup(HOSTILE);
    assert.ok(answer.matches.length);
    for (const shown of [renderAnswer(answer), renderEntry(await client.entry("acme/hostile"), "https://kb.example/base")]) {
      assertHarmless(shown.html);
      assert.match(shown.html, /&lt;script&gt;/);
      assert.doesNotMatch(shown.html, /<script|<img|href="javascript/);
    }
  });

  test("code to insert is exactly the article's", async () => {
    const entry = await client.entry(DETACHED_ID);
    const { codes } = renderEntry(entry);
    for (const fix of entry.fixes) for (const code of fix.code) assert.ok(codes.includes(code.replace(/\n+$/, "")));
  });

  test("a chosen match comes first, whatever the verdict", async () => {
    const answer = await client.lookup("detached instance");
    const chosen = answer.matches.at(-1);
    assert.ok(chosen);
    assert.equal(renderAnswer(answer, undefined, chosen.id).title, chosen.title);
  });
});

const ENTRY: Entry = {
  id: "tea/kettle",
  title: 'No `water` in "kettle" & <b>co</b>',
  url: "/e/tea/kettle",
  library: "tea",
  confidence: 0.9,
  errors: [{ exception: "RuntimeError", message: "no water in {kettle}" }],
  evidence: [{ kind: "template", detail: "the message is {kettle} <i>" }],
  slots: [{ name: "kettle", value: "green", raw: "<green at 0x1>" }],
  summary: "It had *no* water in {kettle}:\n\n```python\nraise SystemExit\n```\n\n| a | b |\n|---|---|\n| 1 | <img src=x> |",
  causes: [
    { id: "dry", title: "it boiled dry", text: "t", check: "is it hot?", likely: true, why: "the kettle is `green`" },
    { id: "new", title: "it is new", text: "t", check: "", likely: false, why: "" },
  ],
  fixes: [{ id: "fill", cause: "dry", title: "fill it", text: "Do.", code: ['x = "</code><script>"\n'], program: "import tea\n", verified: [{ python: "3.11.7", packages: { tea: "1.2" }, date: "2026-11-22" }] }],
  avoid: [{ title: "catch it", text: "No." }],
  references: ["https://example.com/?a=1&b=2", "javascript:alert(1)", "PEP 678"],
  see_also: ['tea/"><script>'],
};
const ANSWER: Answer = {
  verdict: "match",
  fingerprint: null,
  read: { exceptions: [{ type: "RuntimeError", message: "no water in <green>", relation: "raised" }], explained: 0 },
  matches: [ENTRY],
  also: [],
  notices: ["full-text search is <unavailable>"],
};

describe("an answer made by hand", () => {
  const { html, codes, title } = renderAnswer(ANSWER, "https://kb.example/kb/");

  test("shows each part", () => {
    assertHarmless(html);
    assert.equal(title, ENTRY.title);
    assert.match(html, /Very likely this/);
    assert.match(html, /Likely cause:<\/b> it boiled dry<br>.*Your paste shows: the kettle is <code>green<\/code>/);
    assert.match(html, /<h4>Fill it<\/h4>/);
    assert.match(html, /✓<\/span> Proven: ran clean on Python 3\.11\.7 with tea 1\.2, 2026-11-22</);
    assert.match(html, /Better not/);
    assert.match(html, /full-text search is &lt;unavailable&gt;/);
    assert.match(html, /<var>kettle<\/var>/);
    assert.match(html, /<table>/);
  });

  test("gives every code block of prose, fix and program its buttons", () => {
    assert.deepEqual(codes, ["raise SystemExit", 'x = "</code><script>"', "import tea"]);
  });

  test("links to the entry's page on the server, and never to script", () => {
    assert.match(html, /href="https:\/\/kb\.example\/kb\/e\/tea\/kettle"/);
    assert.match(html, /<li>javascript:alert\(1\)<\/li>/);
    assert.doesNotMatch(renderAnswer(ANSWER).html, /kb\.example/);
  });

  test("related and none say so", () => {
    assert.match(renderAnswer({ ...ANSWER, verdict: "related" }).html, /No sure answer.*One entry comes near/s);
    assert.match(renderAnswer({ ...ANSWER, verdict: "none", matches: [], read: { exceptions: [], explained: null } }).html, /No error was found/);
  });

  test("further errors of the paste are answered by themselves", () => {
    const also = renderAnswer({ ...ANSWER, also: [{ ...ANSWER, verdict: "none", matches: [] }, ANSWER] }).html;
    assertHarmless(also);
    assert.match(also, /Also in this text.*not known here.*known/s);
  });

  test("what was explained may be out of range", () => {
    assert.equal(explained({ exceptions: [], explained: 3 }), undefined);
  });
});

test("the document lets in its own style and script only", () => {
  const page = documentOf({ title: "<t>", html: "<main></main>", style: "s.css", script: "s.js", source: "https://own", nonce: "abc" });
  assert.match(page, /content="default-src 'none'; style-src https:\/\/own; script-src 'nonce-abc'; base-uri 'none'; form-action 'none'"/);
  assert.match(page, /<title>&lt;t&gt;<\/title>/);
});
