/** npm test [-- STAGE...]: installs what is missing, then runs every stage (or those named) to its end. */

import { rmSync } from "node:fs";
import { join } from "node:path";
import { ensureChromium } from "./chromium.mjs";
import { honest, oneCheck, STAGE_REPORTS, summarise } from "./report.mjs";
import { ROOT, readJson, runChild, runCommand, SetupError, setUp } from "./setup.mjs";
import { dawnEnvironment } from "./vulkan.mjs";

/** @typedef {import("./report.mjs").Report} Report */

/**
 * Runs a program of node_modules.
 * @param {string} program path in node_modules
 * @param {readonly string[]} args
 * @returns {Promise<number>} its exit code
 */
const tool = (program, ...args) =>
  runChild(process.execPath, [join(ROOT, "node_modules", program), ...args], {
    env: { ...process.env, ...dawnEnvironment() },
  });

/**
 * @param {"unit" | "e2e"} stage
 * @param {() => Promise<number>} run
 */
async function reported(stage, run) {
  rmSync(STAGE_REPORTS[stage], { force: true });
  const code = await run();
  return honest(stage, code, readJson(STAGE_REPORTS[stage]));
}

/** @type {Record<string, () => Promise<Report>>} */
const STAGES = {
  lint: async () =>
    oneCheck("lint", await tool("@biomejs/biome/bin/biome", "check", "--error-on-warnings", ".")),
  types: async () => oneCheck("types", await tool("typescript/bin/tsc", "--noEmit")),
  unit: () =>
    reported("unit", () =>
      tool("vitest/vitest.mjs", "run", "--reporter=default", "--reporter=./tools/vitestReport.mjs"),
    ),
  build: async () => oneCheck("build", await tool("vite/bin/vite.js", "build")),
  e2e: () =>
    reported("e2e", () =>
      // Playwright empties its output folder when it starts, so that folder is its own.
      tool(
        "@playwright/test/cli.js",
        "test",
        "--reporter=list,./tools/playwrightReport.mjs",
        "--output=test-results/playwright",
      ),
    ),
};

/**
 * @template T
 * @param {string} stage
 * @param {() => Promise<T>} run
 */
async function timed(stage, run) {
  process.stdout.write(`\n== ${stage}\n`);
  const start = performance.now();
  const report = await run();
  return { stage, report, seconds: (performance.now() - start) / 1000 };
}

await runCommand(async () => {
  const chosen = process.argv.slice(2);
  const unknown = chosen.find((stage) => STAGES[stage] === undefined);
  if (unknown !== undefined) {
    throw new SetupError(`No stage is called "${unknown}". The stages: ${Object.keys(STAGES).join(", ")}.`);
  }
  const stages = chosen.length > 0 ? chosen : Object.keys(STAGES);

  const setup = await timed("setup", prepare);
  const results = [setup];
  if (setup.report.failed.length === 0) {
    for (const stage of stages) results.push(await timed(stage, STAGES[stage]));
  }
  const { text, ok } = summarise(results);
  process.stdout.write(text);
  return ok ? 0 : 1;
});

/** Packages, Chromium, a Vulkan driver: without them no stage can tell anything. @returns {Promise<Report>} */
async function prepare() {
  try {
    await setUp();
    // The end-to-end tests drive this browser; the engine tests compute with the SwiftShader that comes with it.
    process.env.CHROMIUM_PATH = await ensureChromium();
    process.stdout.write(`Node ${process.versions.node}, ${process.env.CHROMIUM_PATH}\n`);
    for (const [name, value] of Object.entries(dawnEnvironment())) process.stdout.write(`${name}=${value}\n`);
    return { passed: 0, failed: [], skipped: [] };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return { passed: 0, failed: ["setup"], skipped: [] };
  }
}
