/** Writes the measured coverage of the 95 % intervals into docs/numerics.md: node tools/coverage.mjs [runs]. A few minutes. */

import { runHeadless } from "./headless.mjs";
import { runCommand } from "./setup.mjs";

await runCommand(() => runHeadless("coverage", "bench/coverage.ts", process.argv.slice(2)));
