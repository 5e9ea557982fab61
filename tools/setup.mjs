/**
 * What every command does first: the right Node and the packages of the lock file.
 * Only Node's own modules may be imported here, since nothing else is installed yet.
 */

import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository, without a slash at the end. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url)).replace(/[/\\]$/, "");

/** A refusal in words for the user: printed without a stack. */
export class SetupError extends Error {
  /** @override */
  name = "SetupError";
}

/** Node and packages, installed if they are missing. Throws SetupError with what to do. */
export async function setUp() {
  ensureNode(process.versions.node, readJson(join(ROOT, "package.json")).engines.node);
  await ensurePackages(ROOT);
}

/**
 * @param {string} found such as "20.20.2"
 * @param {string} range such as ">=20.19"
 */
export function ensureNode(found, range) {
  const [major, minor = 0] = range.replace(/^>=/, "").split(".").map(Number);
  const [foundMajor, foundMinor] = found.split(".").map(Number);
  if (foundMajor > major || (foundMajor === major && foundMinor >= minor)) return;
  throw new SetupError(`Node ${found} is too old: ${range} is needed. See https://nodejs.org.`);
}

/** @param {string} root */
async function ensurePackages(root) {
  const difference = packageDifference(
    readJson(join(root, "package-lock.json")),
    readJson(join(root, "node_modules", ".package-lock.json")),
  );
  if (difference === null) return;
  process.stderr.write(`Installing the packages of package-lock.json (${difference}).\n`);
  const [command, ...first] = npmCommand();
  const code = await runChild(command, [...first, "ci"], { cwd: root, quietOutput: true });
  if (code !== 0) throw new SetupError(`"npm ci" ended with code ${code}; its messages are above.`);
}

/**
 * The program and first arguments that start npm. It tells where it is when it runs us; on Windows it cannot be started by
 * its bare name.
 * @returns {[string, ...string[]]}
 */
export function npmCommand() {
  const npm = process.env.npm_execpath ?? "";
  return basename(npm) === "npm-cli.js" ? [process.execPath, npm] : ["npm"];
}

/**
 * @typedef {{ packages: Record<string, { version?: string, integrity?: string, optional?: boolean,
 *   devOptional?: boolean }> }} Lock
 */

/**
 * How what is installed differs from the lock file, in words; null if it does not. Optional packages of other
 * platforms are in the lock file only.
 * @param {Lock} lock package-lock.json
 * @param {Lock | null} installed npm's own record in node_modules
 * @returns {string | null}
 */
export function packageDifference(lock, installed) {
  if (installed === null) return "none are installed";
  for (const [path, { version, integrity, optional, devOptional }] of Object.entries(lock.packages)) {
    if (path === "") continue;
    const found = installed.packages[path];
    if (found === undefined) {
      if (optional || devOptional) continue;
      return `${path} is missing`;
    }
    if (found.version !== version || found.integrity !== integrity) {
      return `${path} is ${found.version}, the lock file has ${version}`;
    }
  }
  const extra = Object.keys(installed.packages).find((path) => lock.packages[path] === undefined);
  return extra === undefined ? null : `${extra} is not in the lock file`;
}

/**
 * Runs a program to its end; never through a shell.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quietOutput?: boolean }} [options]
 *   quietOutput: its standard output goes to our standard error, so that ours stays machine-readable
 * @returns {Promise<number>} the exit code; 127 if it cannot be started, 128 if a signal ended it
 */
export function runChild(command, args, { cwd = ROOT, env = process.env, quietOutput = false } = {}) {
  return new Promise((settle) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ["inherit", quietOutput ? 2 : "inherit", "inherit"],
    });
    // An interrupt reaches the child through the terminal; we wait for it to clean up.
    const wait = () => {};
    const forward = () => child.kill("SIGTERM");
    process.on("SIGINT", wait);
    process.on("SIGTERM", forward);
    /** @param {number} code */
    const end = (code) => {
      process.off("SIGINT", wait);
      process.off("SIGTERM", forward);
      settle(code);
    };
    child.on("error", (error) => {
      process.stderr.write(`${command} cannot be started: ${error.message}\n`);
      end(127);
    });
    child.on("close", (code) => end(code ?? 128));
  });
}

/**
 * Runs a command of this folder: its result is the exit code; a SetupError is printed without a stack.
 * @param {() => Promise<number>} command
 */
export async function runCommand(command) {
  try {
    process.exitCode = await command();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

/**
 * @param {string} path
 * @returns {any} null if there is no such file
 */
export function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : null;
}
