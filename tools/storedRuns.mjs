/** Computes the stored runs of the bundled models anew: node tools/storedRuns.mjs [id ...]. About ten minutes each without a GPU. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runHeadless } from "./headless.mjs";
import { ROOT, runCommand } from "./setup.mjs";

const models = join(ROOT, "public", "models");
const SETTINGS = [
  ...["--batch-size", "16", "--steps", "40", "--probes", "2", "--trace-probes", "6"],
  ...["--rank", "top:1,top:2,top:3,bottom:1"],
];

await runCommand(async () => {
  const all = JSON.parse(readFileSync(join(models, "index.json"), "utf8")).map(
    (/** @type {{ id: string }} */ { id }) => id,
  );
  const wanted = process.argv.slice(2);
  for (const id of wanted.length > 0 ? wanted : all) {
    const out = join(models, id, "run.json");
    const code = await runHeadless("eigenscope", "src/cli/main.ts", [
      "slice",
      "--model",
      id,
      ...SETTINGS,
      "--json",
      out,
    ]);
    if (code !== 0) return code;
  }
  return 0;
});
