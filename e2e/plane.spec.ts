import type { Landscape, RunResult } from "../src/run/protocol.ts";
import { expect, open, type Page, storedRun, test } from "./page.ts";

const run = storedRun("resnet20");
const [one, two] = run.eigenvalues.top;

/** 3 x 3 points of a bowl with the run's own curvature and a little more; those that are not measured are null. */
function plane(measured: number): Landscape {
  const steps = [-0.5, 0, 0.5];
  const prediction = {
    loss: run.loss,
    slope: [0, 0],
    curvature: [
      [one.value, 0],
      [0, two.value],
    ],
  };
  const loss = steps.flatMap((a) =>
    steps.map((b) => run.loss + (one.value * a * a + two.value * b * b) / 2 + Math.abs(a)),
  );
  return {
    axes: [one, two].map(({ value }, place) => ({
      direction: { kind: "ritz", end: "top", place, eigenvalue: value },
      ...{ length: 1, steps },
    })),
    ...{ batchNorm: "eval", measured, prediction, marks: [] },
    loss: loss.map((value, place) => (measured === 9 || place === 4 ? value : null)),
    accuracy: loss.map((_, place) => (measured === 9 || place === 4 ? 0.5 : null)),
  };
}

/** The page with the stored run as it would be with these landscapes. */
async function openWith(page: Page, landscapes: RunResult["landscapes"]): Promise<void> {
  await page.route("**/models/resnet20/run.json", (route) =>
    route.fulfill({ json: landscapes === undefined ? run : { ...run, landscapes } }),
  );
  await open(page);
  await page.getByRole("radio", { name: "plane" }).check();
}

test("a plane is drawn with its lines of equal loss, readable as words and as a table", async ({ page }) => {
  await openWith(page, [plane(9)]);
  await expect(page.getByRole("heading", { name: "Loss over v₁ and v₂" })).toBeVisible();
  const chart = page.getByRole("img", { name: /Loss over the plane of v₁ and v₂ in 9 points/ });
  await expect(chart.locator(".cell")).toHaveCount(9);
  await expect(chart.locator(".cell.guessed")).toHaveCount(0);
  for (const lines of [".iso.under", ".iso.predicted"])
    await expect(chart.locator(lines)).toHaveAttribute("d", /^M/);
  await page.getByText("Loss and accuracy at every point").click();
  await expect(page.locator(".slice tbody tr")).toHaveCount(9);
  await page.getByRole("radio", { name: "line", exact: true }).check();
  await expect(page.locator(".slice-chart .parabola")).toBeVisible();
});

test("a plane that was cancelled shows what it has and how much that is", async ({ page }) => {
  await openWith(page, [plane(1)]);
  await expect(page.locator(".slice")).toContainText("1 of 9 points");
  await expect(page.locator(".cell.guessed")).toHaveCount(8);
});

test("a stored run without a plane says what to do", async ({ page }) => {
  await openWith(page, undefined);
  await expect(page.locator(".slice")).toContainText(
    "The stored run holds no plane. Run it here to measure one.",
  );
});
