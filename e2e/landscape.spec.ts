import { readFileSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import type { Landscape, RunResult } from "../src/run/protocol.ts";
import { expect, type Page, storedRun, test } from "./page.ts";

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

/** Along the first of them only. */
function line(): Landscape {
  const all = plane(9);
  const first = <T>(values: readonly T[]) => [1, 4, 7].map((place) => values[place]);
  return {
    ...all,
    axes: all.axes.slice(0, 1),
    measured: 3,
    prediction: { loss: run.loss, slope: [0], curvature: [[one.value]] },
    ...{ loss: first(all.loss), accuracy: first(all.accuracy) },
  };
}

/** The panel over the stored run as it would be with these landscapes. */
async function openWith(
  page: Page,
  landscapes: NonNullable<RunResult["landscapes"]>,
  more = "",
): Promise<void> {
  await page.route("**/models/resnet20/run.json", (route) => route.fulfill({ json: { ...run, landscapes } }));
  await page.goto(`./#panel=landscape${more}`);
  await expect(page.getByRole("heading", { name: "Measure a landscape" })).toBeVisible();
}

async function saved(page: Page, name: string): Promise<{ file: string; text: string }> {
  await page.locator(".landscape .export > summary").click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name, exact: true }).click(),
  ]);
  await page.keyboard.press("Escape");
  return { file: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
}

test("a plane is a map with lines of equal loss, its residual, and words and a table for both", async ({
  page,
}) => {
  await openWith(page, [line(), plane(9)]);
  await expect(page.getByRole("heading", { name: "Loss over v₁ and v₂" })).toBeVisible();
  const chart = page.getByRole("img", { name: /loss over v₁ and v₂ in 9 points/ });
  for (const lines of [".iso.under", ".iso.predicted"])
    await expect(chart.locator(lines)).toHaveAttribute("d", /^M/);
  const cursor = page.getByRole("slider", { name: "Read the loss over v₁ and v₂" });
  await cursor.press("ArrowRight");
  await cursor.press("ArrowRight");
  await expect(page.locator(".reading")).toContainText("steps 0.500, 0");
  await expect(page.locator(".curvatures")).toContainText(/from the grid.*within ±0.50/);
  await page.getByText("Loss and accuracy at every point").click();
  await expect(page.locator(".landscape .data tbody tr")).toHaveCount(9);
  await page.getByRole("radio", { name: "residual" }).check();
  await expect(
    page.getByRole("img", { name: /residual over .* largest 0.500|residual over .* largest 1.00/ }),
  ).toBeVisible();
  expect((await new AxeBuilder({ page }).include(".wide").analyze()).violations).toEqual([]);
  await page.getByLabel("Landscape of the run").selectOption("1");
  await expect(page.getByRole("img", { name: /residual along v₁ in 3 points/ })).toBeVisible();
  await page.getByRole("radio", { name: "loss", exact: true }).check();
  await expect(page.locator(".landscape path.parabola")).toBeVisible();
  expect(new URL(page.url()).hash).toContain("landscape=1");
});

test("a surface turns by keys and by hand, stays in the link, and leaves as one SVG and as arrays", async ({
  page,
}) => {
  await openWith(page, [plane(9)], "&lview=surface&turn=40");
  const turntable = page.getByRole("slider", { name: "Turn the surface" });
  await turntable.press("ArrowRight");
  await turntable.press("ArrowUp");
  await expect(turntable).toHaveAttribute(
    "aria-valuetext",
    "turned by 45 degrees, seen from 40 degrees above",
  );
  const box = await turntable.boundingBox();
  if (box === null) throw new Error("the surface has no place");
  await page.mouse.move(box.x + 200, box.y + 200);
  await page.mouse.down();
  await page.mouse.move(box.x + 260, box.y + 200, { steps: 4 });
  await page.mouse.up();
  await expect(turntable).toHaveAttribute("aria-valuenow", "75");
  await expect.poll(() => new URL(page.url()).hash).toContain("turn=75&tilt=40");
  const figure = await saved(page, "SVG");
  expect(figure.file).toBe("resnet-20-landscape-loss.svg");
  expect(figure.text.length).toBeLessThan(100_000);
  // Four faces of 3 x 3 points, each in its colour, beneath the axes.
  const outlines = [...figure.text.matchAll(/ d="([^"]*)"/g)].map(([, path]) => path);
  expect(outlines.join(" ").match(/z/g)?.length).toBe(4);
  expect(figure.text).toContain(">v₁</text>");
  const grid = await saved(page, "Grid (npz)");
  expect(grid.file).toBe("resnet-20-landscape.npz");
  expect(grid.text.slice(0, 2)).toBe("PK");
});

test("a plane that was cancelled shows what it has and how much that is", async ({ page }) => {
  await openWith(page, [plane(1)]);
  await expect(page.locator(".landscape")).toContainText("1 of 3 × 3 points");
  await expect(page.locator(".cell.guessed")).toHaveCount(1);
});

test("a stored run without a landscape says what to do, and a checkpoint is asked for by name", async ({
  page,
}) => {
  await openWith(page, []);
  await expect(page.locator(".landscape")).toContainText("This run holds no landscape. Run it here");
  await expect(page.getByRole("button", { name: "Measure 11 × 11 points" })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
  await page.getByLabel("Across").selectOption("checkpoint");
  await expect(page.locator(".landscape-go")).toContainText(
    "Choose the file of the other checkpoint (across)",
  );
  const bytes = readFileSync("public/models/resnet20/model.safetensors");
  const chosen = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose its file, or drop it here" }).click();
  await (await chosen).setFiles([{ name: "other.safetensors", mimeType: "", buffer: bytes }]);
  await expect(page.getByRole("button", { name: "other.safetensors" })).toBeVisible();
  await expect(page.locator(".landscape-go")).toContainText("run it here to measure along its directions");
});
