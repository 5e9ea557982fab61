/** node runMain.mjs BUNDLE [ARGUMENT...]: calls the bundle's `main` and ends with the code it returns. */

import { pathToFileURL } from "node:url";

const [bundle, ...argv] = process.argv.slice(2);
const { main } = await import(pathToFileURL(bundle).href);
const code = await main(argv);
// Dawn's threads would keep the process alive. Leave only when all output has gone out.
process.stdout.write("", () => process.exit(code));
