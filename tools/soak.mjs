/** Hours of use in a loop, and whether anything grows: npm run soak -- [flags] */

import { runWithPage } from "./runWithPage.mjs";
import { runCommand } from "./setup.mjs";

await runCommand(() => runWithPage("soak", "test/reliability/soak.ts", process.argv.slice(2)));
