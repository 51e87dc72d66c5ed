// Bundles every test file with esbuild (it comes with Vite) and runs them with Node's own test runner.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const wanted = process.argv.slice(2);
const entryPoints = readdirSync(here, { recursive: true })
  .filter((name) => /\.test\.tsx?$/.test(name))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .map((name) => join(here, name));
const outdir = mkdtempSync(join(here, ".built-"));
try {
  await build({
    entryPoints,
    outdir,
    outbase: here,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    packages: "external",
    format: "esm",
    target: "node20",
    jsx: "automatic",
    jsxImportSource: "preact",
    sourcemap: "inline",
    loader: { ".css": "empty" },
    logLevel: "warning",
    define: { "import.meta.dirname": JSON.stringify(here) },
  });
  const built = readdirSync(outdir, { recursive: true }).filter((name) => name.endsWith(".test.mjs"));
  const run = spawnSync(
    process.execPath,
    ["--enable-source-maps", "--test", ...built.map((name) => join(outdir, name))],
    { stdio: "inherit" },
  );
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
