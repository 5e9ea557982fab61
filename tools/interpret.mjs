/** Float64 products of networks from files, by the interpreter: node tools/interpret.mjs [flags] */

import { runHeadless } from "./headless.mjs";
import { runCommand } from "./setup.mjs";

await runCommand(() => runHeadless("interpret", "test/oracles/interpretMain.ts", process.argv.slice(2)));
