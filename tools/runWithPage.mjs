/** Commands that work on the engine in Node, on the page in Chromium, or on both. */

import { ensureChromium } from "./chromium.mjs";
import { runHeadless } from "./headless.mjs";
import { withServedPage } from "./servePage.mjs";
import { setUp } from "./setup.mjs";

/**
 * Runs `main(argv)` of an entry as `runHeadless` does; unless the arguments ask for help or for the engine alone, with the page
 * served (`--address`) and a Chromium to open it with (`--chromium`).
 * @param {string} name
 * @param {string} entry
 * @param {readonly string[]} argv
 * @returns {Promise<number>}
 */
export async function runWithPage(name, entry, argv) {
  const [only] = argv.filter((_, i) => argv[i - 1] === "--only");
  if (argv.includes("--help") || (only !== undefined && !PAGE_PARTS.includes(only)))
    return runHeadless(name, entry, argv);
  await setUp();
  const chromium = await ensureChromium();
  return withServedPage((address) =>
    runHeadless(name, entry, [...argv, "--address", address, "--chromium", chromium]),
  );
}

/** What `--only` may name that needs the page. */
const PAGE_PARTS = ["page", "crashes", "withheld"];
