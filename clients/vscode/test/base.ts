// The real `kb`, as the tests start it: TRACEKB_TEST_COMMAND, over a knowledge base that the caller has filled.
import { spawn } from "node:child_process";
import { once } from "node:events";

export const KB = process.env["TRACEKB_TEST_COMMAND"] ?? "kb";

export const DETACHED = `Traceback (most recent call last):
  File "/srv/shop/views.py", line 12, in index
    print(data.state)
sqlalchemy.orm.exc.DetachedInstanceError: Instance <users at 0x1ff9aa91350> is not bound to a Session; attribute refresh operation cannot proceed
`;
export const DETACHED_ID = "sqlalchemy/detached-instance-refresh";
export const UNKNOWN = `Traceback (most recent call last):
  File "/srv/shop/frob.py", line 7, in frob
    widget.frob()
zorkmid.FrobnicationError: qwertz blorple xyzzy
`;
export const HOSTILE = `Traceback (most recent call last):
  File "/srv/<script>alert(3)</script>/x.py", line 7, in <b>frob</b>
    widget.frob("</pre><script>alert(4)</script>")
acme.errors.WidgetError: widget \`a\`</code><script>alert(5)</script> was refused by [x](javascript:alert(6))
`;

/** A server on a free port. */
export async function serve(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const child = spawn(KB, ["serve", "--port", "0"], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  const url = await new Promise<string>((found, failed) => {
    child.on("error", failed);
    child.on("close", () => failed(new Error(said)));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const address = /Serving on (http:\S+)/.exec(said)?.[1];
      if (address) found(address);
    });
  });
  // The address is told before the workers listen.
  while (!(await fetch(`${url}/readyz`).then((response) => response.ok, () => false))) await new Promise((rest) => setTimeout(rest, 100));
  return {
    url,
    stop: async () => {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "close");
    },
  };
}
