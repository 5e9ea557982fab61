/** Compares the whole reference plane of ResNet-20 with float64: node tools/referenceGrid.mjs [FILE.json]. Half an hour without a GPU. */

import { runHeadless } from "./headless.mjs";
import { runCommand } from "./setup.mjs";

await runCommand(() => runHeadless("reference-grid", "bench/referenceGrid.ts", process.argv.slice(2)));
