/** The headless command: npm run -s eigenscope -- COMMAND [flags] */

import { runHeadless } from "./headless.mjs";
import { runCommand } from "./setup.mjs";

await runCommand(() => runHeadless("eigenscope", "src/cli/main.ts", process.argv.slice(2)));
