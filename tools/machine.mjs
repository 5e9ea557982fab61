/** What a finder may ask of the machine. Tests give it a machine of their own. */

import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";

/**
 * @typedef {object} Machine
 * @property {NodeJS.Platform} platform
 * @property {string} arch as in process.arch
 * @property {Readonly<Record<string, string | undefined>>} env
 * @property {string} home
 * @property {boolean} root whether we may install packages of the system
 * @property {(path: string) => boolean} isFile
 * @property {(path: string) => string[]} list names in a folder; none if there is no such folder
 * @property {(path: string) => string} read text of a file; empty if there is no such file
 * @property {(path: string) => string} real the path behind links
 */

/** @type {Machine} */
export const thisMachine = {
  platform: process.platform,
  arch: process.arch,
  env: process.env,
  home: homedir(),
  root: process.getuid?.() === 0,
  isFile: (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false,
  list: (path) => orElse(() => readdirSync(path), []),
  read: (path) => orElse(() => readFileSync(path, "utf8"), ""),
  real: (path) => orElse(() => realpathSync(path), path),
};

/**
 * @template T
 * @param {() => T} ask
 * @param {T} fallback where the file is absent or may not be read
 * @returns {T}
 */
function orElse(ask, fallback) {
  try {
    return ask();
  } catch {
    return fallback;
  }
}
