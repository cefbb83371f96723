// Bundles the extension, so that the package holds no node_modules, and the unit tests, so that node runs them.
import { copyFileSync, readdirSync, rmSync } from "node:fs";
import { build } from "esbuild";

const common = { bundle: true, platform: "node", target: "node20", format: "cjs", logLevel: "warning" };
rmSync("out", { recursive: true, force: true });
await build({ ...common, entryPoints: ["src/extension.ts"], outfile: "dist/extension.js", external: ["vscode"], minify: true });
const tests = readdirSync("test").filter((name) => name.endsWith(".test.ts"));
await build({ ...common, entryPoints: tests.map((name) => `test/${name}`), outdir: "out", sourcemap: "inline" });
// The package carries the project's own licence.
copyFileSync("../../LICENSE", "LICENSE");
