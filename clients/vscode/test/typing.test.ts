// What happens while somebody types, and what becomes of texts on the way.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Client } from "../src/client";
import type { Answer, Entry, Suggestion } from "../src/contract";
import { indented } from "../src/insert";
import { Latest } from "../src/latest";
import { offerFor } from "../src/offers";
import { pasteBehind, rowsFor } from "../src/search";
import { clip, oneLine, plain } from "../src/text";

const turn = (): Promise<void> => new Promise((rest) => setImmediate(rest));

describe("questions while typing", () => {
  const setUp = (answers: Map<string, Promise<string>>) => {
    const asked: string[] = [];
    const shown: string[] = [];
    const failed: unknown[] = [];
    const latest = new Latest<string>(
      100,
      (question) => {
        asked.push(question);
        return answers.get(question) ?? Promise.resolve(question);
      },
      (answer) => shown.push(answer),
      (problem) => failed.push(problem),
    );
    return { asked, shown, failed, latest };
  };

  test("only a pause asks", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const { asked, shown, latest } = setUp(new Map());
    for (const typed of ["d", "de", "det"]) {
      latest.type(typed);
      context.mock.timers.tick(99);
    }
    context.mock.timers.tick(1);
    await turn();
    assert.deepEqual([asked, shown], [["det"], ["det"]]);
  });

  test("an answer that was overtaken isn't shown, nor is its failure", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    let answerSlowly: (answer: string) => void = () => undefined;
    const slow = new Promise<string>((settle) => (answerSlowly = settle));
    const { shown, failed, latest } = setUp(new Map([["slow", slow], ["bad", Promise.reject(new Error("late"))]]));
    for (const typed of ["slow", "bad", "last"]) {
      latest.type(typed);
      context.mock.timers.tick(100);
    }
    answerSlowly("slow");
    await turn();
    assert.deepEqual([shown, failed], [["last"], []]);
  });

  test("nothing is shown after the box was closed", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const { shown, latest } = setUp(new Map());
    latest.type("a");
    context.mock.timers.tick(100);
    latest.cancel();
    await turn();
    assert.deepEqual(shown, []);
  });
});

const MATCH = { id: "tea/dry", title: "A `dry` kettle $(sync~spin)", library: "tea", confidence: 0.99 } as Entry;
const answered = (verdict: Answer["verdict"], matches: readonly Entry[]): Answer => ({
  verdict,
  matches,
  fingerprint: null,
  read: { exceptions: [], explained: null },
  also: [],
  notices: [],
});

/** A client that notes what it is asked. */
function noting(answer: Answer, suggestions: readonly Suggestion[] = [], local = true): Client & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    local,
    pages: undefined,
    lookup: async (text) => (asked.push(`lookup ${text}`), answer),
    suggest: async (words) => (asked.push(`suggest ${words}`), suggestions),
    entry: async () => MATCH,
    dispose: () => undefined,
  };
}

describe("quick search", () => {
  const suggestion = { id: "tea/dry", title: "A dry kettle", exception: "tea.Dry", library: "tea" };

  test("completes words, and looks up where that finds nothing", async () => {
    const client = noting(answered("related", [MATCH]), [suggestion]);
    assert.deepEqual(await rowsFor(client, " dry "), [{ label: "A dry kettle", description: "tea · tea.Dry", id: "tea/dry" }]);
    assert.deepEqual(client.asked, ["suggest dry"]);
    const other = noting(answered("related", [MATCH]));
    assert.equal((await rowsFor(other, "dry"))[0]?.id, "tea/dry");
    assert.deepEqual(other.asked, ["suggest dry", "lookup dry"]);
  });

  test("looks an error up at once", async () => {
    const client = noting(answered("match", [MATCH]), [suggestion]);
    await rowsFor(client, "ValueError: no water");
    await rowsFor(client, "Traceback (most recent call last): and so on");
    assert.ok(client.asked.every((one) => one.startsWith("lookup")));
  });

  test("labels are data: no icons, no lines, no control characters", async () => {
    const [row] = await rowsFor(noting(answered("match", [MATCH])), "ValueError: no water");
    assert.ok(row && !row.label.includes("$(") && !row.label.includes("`"));
    assert.equal(oneLine("a\nb\u0007\u202e c\u200b"), "a b c");
    assert.equal(plain("x".repeat(300), 10).length, 10);
  });

  test("says that nothing is known, in a row that opens nothing", async () => {
    const [row] = await rowsFor(noting(answered("none", [])), "qwertz");
    assert.equal(row?.id, undefined);
    assert.match(row?.label ?? "", /No entry/);
  });

  test("one character asks nothing", async () => {
    const client = noting(answered("none", []));
    assert.deepEqual(await rowsFor(client, " d "), []);
    assert.deepEqual(client.asked, []);
  });

  test("a paste that lost its lines is taken from the clipboard, another isn't", () => {
    const paste = "Traceback:\n  File\nKeyError: 1\n";
    assert.equal(pasteBehind("Traceback:   File KeyError: 1", paste), paste);
    assert.equal(pasteBehind("Traceback:  FileKeyError: 1 ", paste), paste);
    assert.equal(pasteBehind("something else", paste), "something else");
    assert.equal(pasteBehind("", "\n"), "");
  });
});

describe("offers", () => {
  test("the local command is asked at once, a server on the click only", async () => {
    const local = noting(answered("match", [MATCH]));
    assert.match((await offerFor(local, "text", "Dry"))?.words ?? "", /^Fix: A dry kettle/);
    const server = noting(answered("match", [MATCH]), [], false);
    assert.deepEqual(await offerFor(server, "text", "Dry"), {
      text: "text",
      answer: undefined,
      words: "Look up Dry",
      tooltip: "Ask the knowledge base about this Dry",
    });
    assert.deepEqual([local.asked.length, server.asked.length], [1, 0]);
  });

  test("what isn't known isn't offered, what isn't sure isn't called a fix", async () => {
    assert.equal(await offerFor(noting(answered("none", [])), "text", "Dry"), undefined);
    assert.match((await offerFor(noting(answered("related", [MATCH])), "text", "Dry"))?.words ?? "", /comes near/);
  });
});

describe("texts", () => {
  test("that are too long keep their head and their tail", () => {
    const text = `head${"é💥".repeat(1_000)}tail`;
    const cut = clip(text, 200);
    assert.ok(Buffer.byteLength(cut) <= 200);
    assert.match(cut, /^head.*\n… cut here …\n.*tail$/s);
    assert.equal(clip("short"), "short");
  });

  test("code takes the indent of the cursor's line, and a line of its own", () => {
    assert.equal(indented("a\n\n  b", ""), "a\n\n  b\n");
    assert.equal(indented("a\n\n  b", "    "), "a\n\n      b\n");
    assert.equal(indented("a\nb", "  x = 1"), "\n  a\n  b\n");
  });
});
