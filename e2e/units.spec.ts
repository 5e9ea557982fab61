import type { RunResult } from "../src/run/protocol.ts";
import { expect, open, storedRun, test } from "./page.ts";

/** A stored run that was asked for its units, for batch sizes and for other data. */
function answered(): RunResult {
  const run = storedRun("resnet20");
  const end = (value: number, converged: boolean) => ({ value, residual: 1e-4, converged });
  const estimate = { estimate: 1, standardError: null, interval95: null };
  const side = (title: string, top: number) => ({
    ...{ title, loss: 0.5, accuracy: 0.75, top: end(top, true), trace: { estimate: 10, interval95: null } },
    nodes: [[0, top]],
    weights: [[0.99, 0.01]],
  });
  return {
    ...run,
    model: { ...run.model, units: ["layer1.0", "layer1.1"] },
    answers: [
      {
        kind: "jacobian",
        answer: {
          request: { units: [], samples: 2, steps: 30, probes: 1 },
          ...{ samples: 2, coupled: false, products: 120 },
          units: ["layer1.0", "layer1.1"].map((unit, i) => ({
            ...{
              unit,
              rows: 16384,
              columns: 16384,
              meanSquare: estimate,
              orthogonality: 0,
              adjointDefect: 0,
            },
            largest: [end(4 + i, true), end(3, true)],
            smallest: [end(0.1, false), end(0.2, false)],
            nodes: [[0.1, 1, 4 + i]],
            weights: [[0.2, 0.7, 0.1]],
          })),
        },
      },
      {
        kind: "batchSweep",
        answer: {
          request: { least: 8, most: 16, batches: 2, steps: 40 },
          ...{ available: 512, planned: [8, 16], products: 30 },
          sizes: [8, 16].map((batchSize) => ({
            batchSize,
            batches: [20, 30].map((value, dataSeed) => ({
              ...end(value, true),
              dataSeed,
              loss: 1,
              steps: 8,
            })),
          })),
        },
      },
      {
        kind: "distributions",
        answer: {
          request: { tensors: [], other: "other", steps: 40, probes: 1 },
          ...{ tensors: ["linear.weight", "linear.bias"], size: 650, products: 80 },
          ...{ first: side("samples 0 to 15", 9), second: side("samples 16 to 31", 7) },
          ...{ distance: 0.02, chance: null, topDifference: { value: -2, residual: 2e-4 } },
        },
      },
    ],
  };
}

test("spectra of units, batch sizes and two data are drawn, read by keys and taken away as tables", async ({
  page,
}) => {
  await page.route("**/models/resnet20/run.json", (route) => route.fulfill({ json: answered() }));
  await open(page);
  await page.locator("nav.panels").getByRole("button", { name: "Layers" }).click();
  const units = page.locator(".card.units");
  await expect(units.getByRole("img")).toHaveAccessibleName(/the largest is 5\.00 in layer1\.1/);
  await units.getByRole("slider", { name: "Read the units" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(units.locator(".reading")).toContainText(/smallest 0\.10* \(not converged\)/);
  await units.getByText("Hessian of its output").click();
  await expect(units).toContainText("Hessians in activations");
  await page.locator("nav.panels").getByRole("button", { name: "Study" }).click();
  const sweep = page.locator(".card.sweep");
  await expect(sweep.locator(".batch-dot")).toHaveCount(4);
  await sweep.getByText("Largest eigenvalue of 4 batches").click();
  await expect(sweep.getByRole("row")).toHaveCount(5);
  const data = page.locator(".card.two-data");
  await expect(data).toContainText("The largest eigenvalue goes from 9");
  await data.getByText("Export", { exact: true }).click();
  const download = page.waitForEvent("download");
  await data.getByRole("button", { name: "Spectra (CSV)" }).click();
  expect((await download).suggestedFilename()).toMatch(/two-data\.csv$/);
});
