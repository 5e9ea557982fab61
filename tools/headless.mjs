/** Bundles an entry of the engine for Node (WGSL is imported as text, so a bundler is needed) and runs it. */

import { createHash } from "node:crypto";
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join, relative, sep } from "node:path";
import { ROOT, readJson, runChild, setUp } from "./setup.mjs";
import { dawnEnvironment } from "./vulkan.mjs";

const OUTPUT = join(ROOT, "dist-node");
const RUNNER = join(ROOT, "tools", "runMain.mjs");

/**
 * Runs `main(argv)` of an entry in a process of its own, with Vulkan set up. Standard output is the entry's alone.
 * @param {string} name of the command, of its npm script and of the bundle
 * @param {string} entry path from the root, such as "src/cli/main.ts"
 * @param {readonly string[]} argv
 * @returns {Promise<number>} what main returned
 */
export async function runHeadless(name, entry, argv) {
  await setUp();
  const bundle = await ensureBundle(name, entry);
  const env = { ...process.env, ...dawnEnvironment(), EIGENSCOPE_ROOT: ROOT };
  // npm starts scripts in the root; paths that the user types are relative to where the user is.
  const { npm_lifecycle_event: script, INIT_CWD: userFolder } = process.env;
  const cwd = script === name && userFolder ? userFolder : process.cwd();
  return await runChild(process.execPath, [RUNNER, bundle, ...argv], { cwd, env });
}

/**
 * The bundle of an entry, built anew when a source has changed since.
 * @param {string} name
 * @param {string} entry
 * @returns {Promise<string>} its path
 */
export async function ensureBundle(name, entry) {
  const file = join(OUTPUT, `${name}.mjs`);
  const stamp = `// sources ${sourcesHash(entry)}\n`;
  if (firstBytes(file, stamp.length) === stamp) return file;
  const code = await bundle(entry);
  mkdirSync(OUTPUT, { recursive: true });
  // Renamed into place: a second command that starts now reads the old bundle or the new one, never half of one.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, stamp + code);
  renameSync(draft, file);
  return file;
}

/**
 * @param {string} entry
 * @returns {Promise<string>} one ES module; packages stay imports
 */
async function bundle(entry) {
  const { build } = await import("vite");
  const result = await build({
    configFile: false,
    root: ROOT,
    logLevel: "error",
    publicDir: false,
    // With no server there is nothing to reload and no environment file to read.
    envFile: false,
    define: { __VERSION__: JSON.stringify(readJson(join(ROOT, "package.json")).version) },
    build: {
      ssr: entry,
      write: false,
      target: `node${process.versions.node.split(".")[0]}`,
      minify: false,
      rolldownOptions: { output: { format: "es", codeSplitting: false } },
    },
  });
  const output = "output" in result ? result.output : [];
  if (output.length !== 1 || output[0].type !== "chunk") {
    throw new Error(`internal: ${entry} gave ${output.length} files instead of one bundle.`);
  }
  return output[0].code;
}

/**
 * A hash over everything that a bundle is made of.
 * @param {string} entry
 */
function sourcesHash(entry) {
  const hash = createHash("sha256");
  const folders = new Set(["src", entry.split("/")[0]]);
  const sources = [...folders].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile() && /\.(ts|wgsl|json)$/.test(file.name))
      .map((file) => join(file.parentPath, file.name)),
  );
  for (const path of [...sources, join(ROOT, "package-lock.json"), import.meta.filename].sort()) {
    const bytes = readFileSync(path);
    hash.update(`${relative(ROOT, path).replaceAll(sep, "/")} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest("hex");
}

/**
 * @param {string} path
 * @param {number} count
 * @returns {string} empty if there is no such file
 */
function firstBytes(path, count) {
  try {
    const file = openSync(path, "r");
    try {
      const bytes = Buffer.alloc(count);
      return bytes.toString("latin1", 0, readSync(file, bytes, 0, count, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return "";
  }
}
