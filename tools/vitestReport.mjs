/** Vitest's results in the form that tools/test.mjs counts. A skipped test's reason is its note, or the line
 * "skipped: ..." that its file printed. */

import { STAGE_REPORTS, writeReport } from "./report.mjs";

export default class VitestReport {
  /** @type {Map<string | undefined, string>} id of a file -> reason */
  #reasons = new Map();

  /** @param {import("vitest").UserConsoleLog} log */
  onUserConsoleLog({ content, taskId }) {
    const reason = /^skipped: (.*)$/m.exec(content)?.[1];
    if (reason !== undefined) this.#reasons.set(taskId, reason);
  }

  /**
   * @param {readonly import("vitest/node").TestModule[]} files
   * @param {readonly { message: string }[]} unhandled
   */
  onTestRunEnd(files, unhandled) {
    const report = { passed: 0, failed: /** @type {string[]} */ ([]), skipped: /** @type {any[]} */ ([]) };
    for (const file of files) {
      for (const error of file.errors()) report.failed.push(`${file.relativeModuleId}: ${error.message}`);
      for (const test of file.children.allTests()) {
        const name = `${file.relativeModuleId} > ${test.fullName}`;
        const result = test.result();
        if (result.state === "passed") report.passed++;
        else if (result.state === "skipped") {
          const reason = result.note ?? this.#reasons.get(file.id) ?? "no reason given";
          report.skipped.push({ name, reason });
        } else report.failed.push(name);
      }
    }
    for (const { message } of unhandled) report.failed.push(`unhandled error: ${message}`);
    writeReport(STAGE_REPORTS.unit, report);
  }
}
