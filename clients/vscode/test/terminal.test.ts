// Which lines of a terminal are errors, and where their tracebacks begin.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { errorLine, lastError, tail, tracebackOf } from "../src/traceback";

describe("a line is the end of a traceback", () => {
  const yes: [string, string][] = [
    ["ModuleNotFoundError: No module named 'tea'", "ModuleNotFoundError"],
    ["KeyboardInterrupt", "KeyboardInterrupt"],
    ["StopIteration", "StopIteration"],
    ["sqlalchemy.exc.NoResultFound: No row was found", "NoResultFound"],
    ["E   ValueError: bad kettle", "ValueError"],
    ["E           tea.errors.Empty: no water", "Empty"],
    ["  | ExceptionGroup: three kettles (3 sub-exceptions)", "ExceptionGroup"],
    ["    | TypeError: 'cup' object is not callable", "TypeError"],
    ["AssertionError", "AssertionError"],
  ];
  for (const [line, name] of yes) test(line, () => assert.equal(errorLine(line)?.name, name));

  const no = [
    "",
    "Error handling is on",
    "All tests passed: 12",
    "INFO: started",
    "os.path.Join",
    'File "a.py", line 3, in <module>',
    "    raise ValueError('x')",
    "Traceback (most recent call last):",
    "class TeaError(Exception):",
    "see docs.python.org for help: now",
    `ValueError: ${"x".repeat(5_000)}`,
  ];
  for (const line of no) test(`not: ${line.slice(0, 60)}`, () => assert.equal(errorLine(line), undefined));

  test("the link covers the error without its margin", () => {
    const line = "E   ValueError: bad kettle  ";
    const found = errorLine(line);
    assert.ok(found);
    assert.equal(line.slice(found.start, found.start + found.length), "ValueError: bad kettle");
  });

  test("a long line of names takes no time", () => {
    for (const line of [`${"a.".repeat(1_900)}`, `${"A".repeat(3_900)}`, `${"E ".repeat(1_900)}`, `${" |".repeat(1_900)}`]) errorLine(line);
  });
});

const FIRST = 'Traceback (most recent call last):\n  File "a.py", line 3, in boil\n    kettle.boil()\nKeyError: \'water\'';
const SECOND = 'Traceback (most recent call last):\n  File "a.py", line 9, in tea\n    raise Dry from None\ntea.Dry: no water';

describe("output of a command", () => {
  test("its last error is named", () => {
    assert.equal(lastError(`$ python a.py\r\n${FIRST}\r\nsome more\r\n`), "KeyError");
    assert.equal(lastError(`${FIRST}\n\n${SECOND}\n`), "Dry");
    assert.equal(lastError("=== FAILURES ===\n>   boil()\nE   tea.Dry: no water\n\na.py:3: Dry\n"), "Dry");
  });

  test("without a traceback there is none", () => {
    assert.equal(lastError("make: *** [Makefile:3: test] Error 1"), undefined);
    assert.equal(lastError("ValueError: a word in a log"), undefined);
    assert.equal(lastError(""), undefined);
  });

  test("the traceback of a clicked line is cut out", () => {
    assert.equal(tracebackOf(`before\n${FIRST}\nafter\n${SECOND}\n`, "KeyError: 'water'"), FIRST);
    assert.equal(tracebackOf(`${FIRST}\nafter\n${SECOND}`, "tea.Dry: no water"), SECOND);
  });

  test("chained tracebacks stay together", () => {
    const chained = `${FIRST}\n\nDuring handling of the above exception, another exception occurred:\n\n${SECOND}`;
    assert.equal(tracebackOf(`before\n${chained}\nafter`, "tea.Dry: no water"), chained);
  });

  test("a line that isn't in the output stands for itself", () => {
    assert.equal(tracebackOf("something else", "KeyError: 1"), "KeyError: 1");
    assert.equal(tracebackOf("KeyError: 1", "KeyError: 1"), "KeyError: 1");
  });

  test("only the tail is kept", () => assert.equal(tail("abcdef", 3), "def"));
});
