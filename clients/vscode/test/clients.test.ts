// Both clients against the real `kb`, and against what isn't one.
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { chmod, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { clientFor, type Client } from "../src/client";
import { Closed, Trouble } from "../src/trouble";
import { DETACHED, DETACHED_ID, KB, serve, UNKNOWN } from "./base";

async function trouble(asking: Promise<unknown>): Promise<string> {
  try {
    await asking;
  } catch (problem) {
    assert.ok(problem instanceof Trouble, String(problem));
    assert.doesNotMatch(problem.message, /\n/);
    return problem.message;
  }
  return assert.fail("no trouble");
}

for (const kind of ["stdio", "http"] as const) {
  describe(`the real kb over ${kind}`, () => {
    let client: Client;
    let stop: (() => Promise<void>) | undefined;
    before(async () => {
      const server = kind === "http" ? await serve() : undefined;
      stop = server?.stop;
      client = clientFor({ command: KB, serverUrl: server?.url ?? "" });
    });
    after(async () => {
      client.dispose();
      await stop?.();
    });

    test("says whether questions leave the machine", () => {
      assert.equal(client.local, kind === "stdio");
    });

    test("finds the fix of a traceback", async () => {
      const answer = await client.lookup(DETACHED);
      assert.equal(answer.verdict, "match");
      assert.equal(answer.matches[0]?.id, DETACHED_ID);
    });

    test("says that it doesn't know", async () => {
      assert.equal((await client.lookup(UNKNOWN)).verdict, "none");
    });

    test("answers many questions at once, each its own", async () => {
      const answers = await Promise.all([client.lookup(UNKNOWN), client.suggest("detached"), client.lookup(DETACHED)]);
      assert.equal(answers[0].verdict, "none");
      assert.equal(answers[1][0]?.id, DETACHED_ID);
      assert.equal(answers[2].verdict, "match");
    });

    test("gives an entry by its id, and says where there is none", async () => {
      assert.equal((await client.entry(DETACHED_ID)).id, DETACHED_ID);
      assert.match(await trouble(client.entry("no/entry")), /no entry|not found|entry/i);
    });

    test("takes text of every kind", async () => {
      const texts = ["\ud800 \0 \u2028", "", "💥".repeat(5_000), '"\\\n\r\t'];
      for (const text of texts) assert.ok((await client.lookup(text)).verdict);
    });

    test("a paste that is too long is trouble of that question only", async () => {
      assert.match(await trouble(client.lookup("x".repeat(2_000_000))), /long|large|bytes/i);
      assert.equal((await client.lookup(DETACHED)).verdict, "match");
    });
  });
}

describe("a command that isn't kb", () => {
  const asked = async (command: string): Promise<string> => {
    const client = clientFor({ command, serverUrl: "" });
    const said = await trouble(client.lookup(DETACHED));
    client.dispose();
    return said;
  };
  const script = async (text: string): Promise<string> => {
    const path = join(await mkdtemp(join(tmpdir(), "tracekb-")), "fake");
    await writeFile(path, `#!/bin/sh\n${text}\n`);
    await chmod(path, 0o755);
    return path;
  };

  test("is missing: says how to get it", async () => {
    assert.match(await asked("/nowhere/kb"), /wasn't found.*tracekb\.command/);
  });

  test("may not be run", async () => {
    assert.match(await asked("/etc/passwd"), /can't be run \(EACCES\)/);
  });

  test("dies: its last line on stderr is told", async () => {
    assert.match(await asked(await script("echo 'kb: the store is locked; try again' >&2; exit 3")), /the store is locked/);
  });

  test("talks something else", async () => {
    assert.match(await asked(await script("echo hello; cat >/dev/null")), /doesn't speak JSON/);
  });

  test("answers in another shape", async () => {
    assert.match(await asked(await script(`read line; echo '{"id": 1, "verdict": "match"}'; cat >/dev/null`)), /isn't one of a knowledge base/);
  });

  test("isn't started again at every key, and is after a while", async (context) => {
    context.mock.timers.enable({ apis: ["Date"] });
    const starts = join(await mkdtemp(join(tmpdir(), "tracekb-")), "starts");
    const client = clientFor({ command: await script(`echo start >> ${starts}; exit 3`), serverUrl: "" });
    const { readFile } = await import("node:fs/promises");
    const started = async (): Promise<number> => (await readFile(starts, "utf8")).trim().split("\n").length;
    await trouble(client.suggest("a"));
    await trouble(client.suggest("ab"));
    assert.equal(await started(), 1);
    context.mock.timers.tick(60_000);
    await trouble(client.suggest("abc"));
    assert.equal(await started(), 2);
  });

  test("that died between two questions is started again", async (context) => {
    context.mock.timers.enable({ apis: ["Date"] });
    const client = clientFor({ command: await script(`read line; echo '{"id": 1, "items": []}'`), serverUrl: "" });
    assert.deepEqual(await client.suggest("a"), []);
    // It ended with its first answer. Whoever asks just then hears of it; after a while a new one answers.
    while (await client.suggest("b").then(() => false, () => true) === false) continue;
    context.mock.timers.tick(60_000);
    assert.deepEqual(await client.suggest("c"), []);
    client.dispose();
  });

  test("is closed while somebody waits", async () => {
    const client = clientFor({ command: await script("cat >/dev/null"), serverUrl: "" });
    const asking = client.suggest("a");
    client.dispose();
    await assert.rejects(asking, Closed);
  });
});

describe("a server that isn't a knowledge base", () => {
  let server: Server;
  let url: string;
  before(async () => {
    server = createServer((request, response) => {
      if (request.url?.startsWith("/moved")) response.writeHead(307, { Location: "http://127.0.0.1:9/" }).end();
      else if (request.url?.startsWith("/broken")) response.writeHead(503, { "Content-Type": "application/problem+json" }).end('{"detail": "not filled yet"}');
      else if (request.url?.startsWith("/odd")) response.end('{"items": 5}');
      else response.end("<html>hello</html>");
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());
  const asked = (serverUrl: string): Promise<string> => trouble(clientFor({ command: KB, serverUrl }).lookup(DETACHED));

  test("speaks HTML", async () => assert.match(await asked(url), /doesn't speak JSON/));
  test("has a fault, which is told", async () => assert.match(await asked(`${url}/broken`), /not filled yet/));
  test("answers in another shape", async () => assert.match(await asked(`${url}/odd`), /isn't one of a knowledge base/));
  test("a paste isn't carried on to another address", async () => assert.match(await asked(`${url}/moved`), /No knowledge base answers/));
  test("nobody listens", async () => assert.match(await asked("http://127.0.0.1:9"), /No knowledge base answers at http:\/\/127\.0\.0\.1:9/));
  test("the address is none", async () => {
    for (const address of ["kb.example", "file:///etc/passwd", "javascript:alert(1)"]) assert.match(await asked(address), /no address of the web/);
  });
});
