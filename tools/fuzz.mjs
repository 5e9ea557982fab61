/** Damaged files of every format: npm run fuzz -- [flags] */

import { runHeadless } from "./headless.mjs";
import { runCommand } from "./setup.mjs";

await runCommand(() => runHeadless("fuzz", "test/fuzz/main.ts", process.argv.slice(2)));
