/** The build step behind offline use: a list of what the service worker keeps, with a hash over it, put into its script. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

export const SCRIPT = "service-worker.js";
const PLACE = "__PRECACHE__";

/** Files of public/ that are kept from the start; those of the models come when they are asked for. */
function storedRuns(publicDir: string): Map<string, Uint8Array> {
  const read = (file: string) => readFileSync(join(publicDir, file));
  const index = "models/index.json";
  const models = JSON.parse(read(index).toString()) as readonly { readonly id: string }[];
  const files = [index, ...models.map(({ id }) => `models/${id}/run.json`)];
  return new Map(files.map((file) => [file, read(file)]));
}

/** The list as the worker reads it. `./` is the page; embed.html is for frames, which never get a service worker. */
export function precache(files: ReadonlyMap<string, string | Uint8Array>): {
  readonly version: string;
  readonly files: readonly string[];
} {
  const kept = [...files]
    .filter(([name]) => name !== SCRIPT && name !== "embed.html")
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHash("sha256");
  for (const [name, content] of kept) hash.update(name).update("\0").update(content).update("\0");
  return {
    version: hash.digest("hex").slice(0, 16),
    files: kept.map(([name]) => (name === "index.html" ? "./" : name)),
  };
}

export function serviceWorker(): Plugin {
  let publicDir = "";
  return {
    name: "service-worker",
    apply: "build",
    enforce: "post",
    configResolved(config) {
      publicDir = config.publicDir;
    },
    generateBundle(_options, bundle) {
      const script = bundle[SCRIPT];
      // Workers are bundles of their own, which this plugin sees as well.
      if (script === undefined) return;
      if (script.type !== "chunk" || script.code.split(PLACE).length !== 2)
        throw new Error(`internal: expected ${PLACE} once in ${SCRIPT}`);
      const built = Object.values(bundle).map(
        (file) => [file.fileName, file.type === "chunk" ? file.code : file.source] as const,
      );
      const list = precache(new Map([...built, ...storedRuns(publicDir)]));
      script.code = script.code.replace(PLACE, () => JSON.stringify(list));
    },
  };
}
