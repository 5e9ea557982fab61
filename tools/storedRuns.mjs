/** Computes the stored runs of the bundled models anew: node tools/storedRuns.mjs [id ...]. Twenty minutes each without a GPU. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runHeadless } from "./headless.mjs";
import { ROOT, runCommand } from "./setup.mjs";

const models = join(ROOT, "public", "models");

await runCommand(async () => {
  const all = JSON.parse(readFileSync(join(models, "index.json"), "utf8")).map(
    (/** @type {{ id: string }} */ { id }) => id,
  );
  const wanted = process.argv.slice(2);
  for (const id of wanted.length > 0 ? wanted : all) {
    const code = await runHeadless("storedRun", "tools/storedRun.ts", [id, join(models, id, "run.json")]);
    if (code !== 0) return code;
  }
  return 0;
});
