import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig, type Plugin, type Rollup } from "vite";

const root = resolve(import.meta.dirname, "src");
const outDir = resolve(import.meta.dirname, "dist");
const pages = ["index", "member", "guest", "clinician", "support", "privacy"];

/** Writes `.gz` and `.br` beside each text asset, so that the server compresses nothing at run time. */
function precompressed(): Plugin {
  return {
    name: "precompressed",
    apply: "build",
    closeBundle() {
      for (const entry of readdirSync(outDir, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !/\.(html|js|css|svg|json)$/.test(entry.name)) continue;
        const path = join(entry.parentPath, entry.name);
        const body = readFileSync(path);
        writeFileSync(`${path}.gz`, gzipSync(body, { level: 9 }));
        writeFileSync(
          `${path}.br`,
          brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
        );
      }
    },
  };
}

const before = new Set<string>();

/** Gathers what the member's door loads before anything is chosen into two files, the door's own and
 * what it shares with the other pages: on a slow network each further file is a further wait. */
function door(id: string, { getModuleInfo }: Rollup.ManualChunkMeta): string | undefined {
  if (before.size === 0) {
    const queue = [resolve(root, "member/main.tsx")];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (before.has(next)) continue;
      before.add(next);
      queue.push(...(getModuleInfo(next)?.importedIds ?? []));
    }
  }
  // Not the page itself: who shares a word with it would run it.
  if (!before.has(id) || id.endsWith(".css") || id === resolve(root, "member/main.tsx")) return undefined;
  return id.startsWith(resolve(root, "member")) ? "door" : "kit";
}

export default defineConfig({
  root,
  // The server answers pages at /visit, /guest, /clinician, /support and /privacy, and assets at /assets.
  base: "/",
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    outDir,
    emptyOutDir: true,
    manifest: "manifest.json",
    // Members come on old phones: four years of browsers back.
    target: ["es2021", "safari15.4", "chrome98", "firefox98"],
    // The policy of the pages is script-src 'self': nothing inline, no data: scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: Object.fromEntries(pages.map((page) => [page, resolve(root, `${page}.html`)])),
      output: { manualChunks: door },
    },
  },
  plugins: [precompressed()],
});
