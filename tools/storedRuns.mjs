/**
 * Computes the stored runs of the bundled models anew: node tools/storedRuns.mjs [--only-answers] [id ...]. Without a GPU
 * twenty minutes each, and for the one that is on screen first another half of an hour of questions. With --only-answers the
 * runs stay as they are, and only questions that they hold no answer to are asked.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runHeadless } from "./headless.mjs";
import { ROOT, runCommand } from "./setup.mjs";

const models = join(ROOT, "public", "models");

await runCommand(async () => {
  const all = JSON.parse(readFileSync(join(models, "index.json"), "utf8")).map(
    (/** @type {{ id: string }} */ { id }) => id,
  );
  const { values, positionals: wanted } = parseArgs({
    options: { "only-answers": { type: "boolean" } },
    allowPositionals: true,
  });
  const mode = values["only-answers"] ? ["only-answers"] : [];
  for (const id of wanted.length > 0 ? wanted : all) {
    const code = await runHeadless("storedRun", "tools/storedRun.ts", [
      id,
      join(models, id, "run.json"),
      ...mode,
    ]);
    if (code !== 0) return code;
  }
  return 0;
});
