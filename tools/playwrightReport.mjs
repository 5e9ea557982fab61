/** Playwright's results in the form that tools/test.mjs counts. A test that passed on a retry only has failed. */

import { STAGE_REPORTS, writeReport } from "./report.mjs";

export default class PlaywrightReport {
  /** @type {import("@playwright/test/reporter").Suite | undefined} */
  #suite;
  /** @type {string[]} */
  #errors = [];

  /**
   * @param {import("@playwright/test/reporter").FullConfig} _config
   * @param {import("@playwright/test/reporter").Suite} suite
   */
  onBegin(_config, suite) {
    this.#suite = suite;
  }

  /** @param {import("@playwright/test/reporter").TestError} error outside any test */
  onError(error) {
    this.#errors.push(`outside the tests: ${error.message ?? error.value ?? "unknown error"}`);
  }

  onEnd() {
    const report = { passed: 0, failed: this.#errors, skipped: /** @type {any[]} */ ([]) };
    for (const test of this.#suite?.allTests() ?? []) {
      const name = test.titlePath().filter(Boolean).join(" > ");
      const outcome = test.outcome();
      if (outcome === "expected") report.passed++;
      else if (outcome === "flaky") report.failed.push(`${name} (passed on a retry only)`);
      else if (outcome === "unexpected") report.failed.push(name);
      else {
        const reason = test.annotations.find(({ type }) => type === "skip" || type === "fixme")?.description;
        report.skipped.push({ name, reason: reason ?? "no reason given" });
      }
    }
    writeReport(STAGE_REPORTS.e2e, report);
  }

  /** Beside the list of tests that Playwright prints itself. */
  printsToStdio() {
    return false;
  }
}
