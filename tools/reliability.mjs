/** Losses of the GPU that are brought about on purpose: npm run reliability -- [flags] */

import { runWithPage } from "./runWithPage.mjs";
import { runCommand } from "./setup.mjs";

await runCommand(() => runWithPage("reliability", "test/reliability/main.ts", process.argv.slice(2)));
