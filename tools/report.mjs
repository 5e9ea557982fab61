/** What a stage of `npm test` leaves behind, and the summary made of all stages. */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./setup.mjs";

/**
 * @typedef {object} Report
 * @property {number} passed
 * @property {string[]} failed names
 * @property {{ name: string, reason: string }[]} skipped
 *
 * @typedef {{ stage: string, seconds: number, report: Report }} StageResult
 */

export const STAGE_REPORTS = {
  unit: join(ROOT, "test-results", "unit.json"),
  e2e: join(ROOT, "test-results", "e2e.json"),
};

/**
 * @param {string} path
 * @param {Report} report
 */
export function writeReport(path, report) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(report, null, 1)}\n`);
}

/**
 * The report of a stage that is one check.
 * @param {string} name
 * @param {number} code the exit code of its program
 * @returns {Report}
 */
export function oneCheck(name, code) {
  return code === 0
    ? { passed: 1, failed: [], skipped: [] }
    : { passed: 0, failed: [`${name} (exit code ${code})`], skipped: [] };
}

/**
 * A program's own report, made honest: no report, no test, or a failing exit code without a failed test is a failure.
 * @param {string} stage
 * @param {number} code the exit code of its program
 * @param {Report | null} report null if the program wrote none
 * @returns {Report}
 */
export function honest(stage, code, report) {
  if (report === null) {
    return { passed: 0, failed: [`${stage} left no report (exit code ${code})`], skipped: [] };
  }
  const { passed, failed } = report;
  if (passed + failed.length === 0) return { ...report, failed: [`${stage} ran no test`] };
  if (code !== 0 && failed.length === 0)
    return { ...report, failed: [`${stage} ended with exit code ${code}`] };
  return report;
}

/**
 * The end of the output of `npm test`. The last line is `N passed, N failed`.
 * @param {readonly StageResult[]} results
 * @returns {{ text: string, ok: boolean }}
 */
export function summarise(results) {
  const row = (/** @type {(string | number)[]} */ [stage, ...cells]) =>
    `${String(stage).padEnd(8)}${cells.map((cell) => String(cell).padStart(9)).join("")}`;
  const lines = ["", row(["stage", "seconds", "passed", "failed", "skipped"])];
  for (const { stage, seconds, report } of results) {
    lines.push(row([stage, seconds.toFixed(1), report.passed, report.failed.length, report.skipped.length]));
  }
  const reports = results.map(({ report }) => report);
  for (const { name, reason } of reports.flatMap(({ skipped }) => skipped)) {
    lines.push(`skipped: ${name}: ${reason}`);
  }
  const failures = reports.flatMap(({ failed }) => failed);
  for (const name of failures) lines.push(`failed: ${name}`);
  const passed = reports.reduce((sum, report) => sum + report.passed, 0);
  lines.push(`${passed} passed, ${failures.length} failed`);
  return { text: `${lines.join("\n")}\n`, ok: failures.length === 0 && passed > 0 };
}
