/** Speed and memory: npm run bench -- [flags] */

import { runHeadless } from "./headless.mjs";
import { runCommand } from "./setup.mjs";

await runCommand(() => runHeadless("bench", "bench/main.ts", process.argv.slice(2)));
