/** Finds Chromium for the end-to-end tests, and installs it where that is safe. */

import { posix, win32 } from "node:path";
import { thisMachine } from "./machine.mjs";
import { runChild, SetupError } from "./setup.mjs";

/** @typedef {import("./machine.mjs").Machine} Machine */

/** @type {Partial<Record<NodeJS.Platform, readonly string[]>>} */
const USUAL_PLACES = {
  linux: [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/usr/bin/google-chrome-stable",
  ],
  darwin: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ],
  win32: ["C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe"],
};

/** Below a folder `chrome-<platform>` of Playwright's cache. */
const PLAYWRIGHT_PROGRAMS = [
  "chrome",
  "chrome.exe",
  "Chromium.app/Contents/MacOS/Chromium",
  "Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
];

/**
 * The program in CHROMIUM_PATH, else in the usual places, else in Playwright's cache; null if there is none.
 * Throws SetupError if CHROMIUM_PATH names no file.
 * @param {Machine} machine
 * @returns {string | null}
 */
export function findChromium(machine = thisMachine) {
  const chosen = machine.env.CHROMIUM_PATH;
  if (chosen) {
    if (machine.isFile(chosen)) return chosen;
    throw new SetupError(`CHROMIUM_PATH names "${chosen}", which is no file. Correct it or unset it.`);
  }
  const places = [...(USUAL_PLACES[machine.platform] ?? []), ...playwrightPrograms(machine)];
  return places.find((path) => machine.isFile(path)) ?? null;
}

/**
 * Every full Chromium that Playwright could have installed, the newest first.
 * @param {Machine} machine
 * @returns {string[]}
 */
function playwrightPrograms(machine) {
  const { join } = machine.platform === "win32" ? win32 : posix;
  const cache = machine.env.PLAYWRIGHT_BROWSERS_PATH || join(machine.home, ...cacheFolder(machine.platform));
  const revision = (/** @type {string} */ name) => Number(name.slice("chromium-".length));
  return machine
    .list(cache)
    .filter((name) => /^chromium-\d+$/.test(name))
    .sort((a, b) => revision(b) - revision(a))
    .flatMap((name) => machine.list(join(cache, name)).map((folder) => join(cache, name, folder)))
    .flatMap((folder) => PLAYWRIGHT_PROGRAMS.map((program) => join(folder, program)));
}

/** @param {NodeJS.Platform} platform */
function cacheFolder(platform) {
  if (platform === "darwin") return ["Library", "Caches", "ms-playwright"];
  if (platform === "win32") return ["AppData", "Local", "ms-playwright"];
  return [".cache", "ms-playwright"];
}

/**
 * Chromium's path, after installing it from Debian's packages if it is missing and we are root there. Elsewhere
 * SetupError says which command to run.
 * @param {Machine} machine
 * @param {typeof runChild} run
 * @returns {Promise<string>}
 */
export async function ensureChromium(machine = thisMachine, run = runChild) {
  const found = findChromium(machine);
  if (found !== null) return found;
  if (!machine.root || !isDebian(machine)) {
    throw new SetupError(
      "The end-to-end tests need Chromium, and none was found. Run: npx playwright install --with-deps chromium\n" +
        "or set CHROMIUM_PATH to the program of an installed Chromium or Chrome.",
    );
  }
  process.stderr.write("No Chromium was found: installing Debian's package chromium.\n");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", "chromium"]]) {
    const code = await run("apt-get", ["-o", "Acquire::Retries=3", ...args], { env, quietOutput: true });
    if (code !== 0) throw new SetupError(`"apt-get ${args[0]}" ended with code ${code}; see above.`);
  }
  const installed = findChromium(machine);
  if (installed === null)
    throw new SetupError("apt-get installed chromium, but /usr/bin/chromium is absent.");
  return installed;
}

/**
 * Ubuntu is like Debian, but its package chromium only points to a snap, which root in a container cannot run.
 * @param {Machine} machine
 */
function isDebian(machine) {
  const release = machine.read("/etc/os-release");
  const field = (/** @type {string} */ name) => new RegExp(`^${name}=(.*)$`, "m").exec(release)?.[1] ?? "";
  const names = `${field("ID")} ${field("ID_LIKE")}`.replaceAll('"', "").split(/\s+/);
  return names.includes("debian") && !names.includes("ubuntu");
}
