// What the member page costs: the first load (page, styles, script up to the birth date) and all that follows it.
import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const manifest = JSON.parse(readFileSync(join(dist, "manifest.json"), "utf8"));

function files(key, lazily, seen = new Set()) {
  const chunk = manifest[key];
  if (seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const style of chunk.css ?? []) seen.add(style);
  for (const next of chunk.imports ?? []) files(next, lazily, seen);
  if (lazily) for (const next of chunk.dynamicImports ?? []) files(next, lazily, seen);
  return seen;
}

const weigh = (names, suffix) =>
  [...names].reduce((sum, name) => sum + statSync(join(dist, `${name}${suffix}`)).size, 0);
const first = new Set(["member.html", ...files("member.html", false)]);
const all = new Set(["member.html", ...files("member.html", true)]);
const kb = (bytes) => Math.round(bytes / 100) / 10;
console.log(
  JSON.stringify({
    join_page_kb: kb(weigh(first, ".gz")),
    join_page_kb_br: kb(weigh(first, ".br")),
    member_total_kb: kb(weigh(all, ".gz")),
    member_total_kb_br: kb(weigh(all, ".br")),
    files: first.size,
  }),
);
