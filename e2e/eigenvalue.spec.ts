import AxeBuilder from "@axe-core/playwright";
import type { RunResult } from "../src/run/protocol.ts";
import { expect, open, storedRun, test } from "./page.ts";

const run = storedRun("resnet20");
const stored = run.slices.map((slice) => `${slice.rank.end}${slice.rank.place}`);

test("a clicked eigenvalue is orange everywhere and shows its stored slice", async ({ page }) => {
  await open(page);
  expect(stored).toContain("top0");
  expect(stored.length).toBeGreaterThan(1);
  const place = Number(stored.find((name) => /^top[1-9]/.test(name))?.slice(3) ?? 0);
  const symbol = `${"₁₂₃₄₅₆₇₈₉"[place]}`;
  await page.locator(".eigen tbody tr").nth(place).click();
  await expect(page.locator(".eigen tr.chosen")).toHaveCount(1);
  await expect(page.getByRole("heading", { name: `Loss along v${symbol}` })).toBeVisible();
  await expect(page.locator(".slice-chart .measured")).toBeVisible();
  await expect(page.locator(".slice-chart .parabola")).toBeVisible();
  await expect(page.locator(".density-chart .selected-label")).toHaveText(`λ${symbol}`);
  await expect(page).toHaveURL(place === 0 ? /^[^#]*$/ : new RegExp(`eig=top${place + 1}`));
});

test("an eigenvalue without a stored slice says so", async ({ page }) => {
  const names = run.eigenvalues.top.map((_, place) => `top${place}`);
  const place = names.findIndex((name) => !stored.includes(name));
  expect(place, "the stored run must lack a slice for one of its largest eigenvalues").toBeGreaterThanOrEqual(
    0,
  );
  await open(page);
  await page.locator(".eigen tbody tr").nth(place).click();
  await expect(page.locator(".slice")).toContainText("The stored run holds no slice along this vector.");
});

/** The answer to "what is the largest eigenvalue made of" as a live run would hold it. */
function explained(): RunResult {
  const { tensors } = run.model;
  const total = tensors.reduce((sum, _, i) => sum + i + 1, 0);
  const masses = tensors.map(({ name, shape, size }, i) => ({
    ...{ name, size, mass: (i + 1) / total, channels: shape[0] },
    largest: [{ channel: shape[0] - 1, mass: 0.5 / total }],
  }));
  const sharp = (sample: number, curvature: number, predicted: number) => ({
    ...{ sample, token: null, curvature, gaussNewton: curvature, slope: 1, loss: 2.5, label: 0, predicted },
  });
  const [{ value, residual }] = run.eigenvalues.top;
  return {
    ...run,
    answers: [
      {
        kind: "vector",
        answer: {
          rank: { end: "top", place: 0 },
          ...{ eigenvalue: value, rayleigh: value, residual: 2e-4, lanczosResidual: residual },
          participation: 1234.4,
          tensors: masses,
          curvature: {
            ...{
              rows: "samples",
              count: 128,
              mean: value,
              quantiles: [0, 1, 2, 3, 900],
              sharpestTenth: 0.625,
            },
            sharpest: [sharp(17, 900, 3), sharp(99, 500, 0), sharp(4, 300, 0), sharp(5, 200, 0)],
          },
          without: null,
        },
      },
    ],
  };
}

test("what an eigenvalue is made of: layers, channels, samples, in the link", async ({ page }) => {
  await page.route("**/models/resnet20/run.json", (route) => route.fulfill({ json: explained() }));
  await open(page);
  await page.getByRole("radio", { name: "vector" }).check();
  await expect(page).toHaveURL(/show=vector/);
  await expect(page.getByRole("heading", { name: "Parts of λ₁" })).toBeVisible();
  const card = page.locator(".made-of");
  await expect(card.locator(".bar")).toHaveCount(run.model.tensors.length);
  await expect(card).toContainText("as concentrated as 1,234 equal entries of 269,722");
  await expect(card).toContainText("the sharpest tenth makes 62.5 % of λ₁");
  await expect(card.locator(".sharpest tbody tr")).toHaveCount(3);
  await expect(card.locator(".sharpest tbody tr").first().locator(".mistaken")).toHaveCount(1);
  await card.getByText("Tensors and channels").click();
  await expect(card.locator(".scroll tbody tr")).toHaveCount(run.model.tensors.length);
  const file = page.waitForEvent("download");
  await card.getByText("Export", { exact: true }).click();
  await card.getByRole("button", { name: "Mass (CSV)" }).click();
  expect((await file).suggestedFilename()).toMatch(/mass\.csv$/);
  // No answer about another one in a stored run: the words say how to get it.
  await page.getByRole("button", { name: "λ₂", exact: true }).click();
  await expect(card).toContainText("Run it here, then ask.");
});

test("from an eigenvalue to its slice, to the layers of its mass, to the block of one, and back", async ({
  page,
}) => {
  await page.route("**/models/resnet20/run.json", (route) => route.fulfill({ json: explained() }));
  await open(page, "#tensors=all");
  await page.getByRole("button", { name: "λ₂", exact: true }).click();
  await page.getByRole("button", { name: "λ₁", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Loss along v₁" })).toBeVisible();
  await page.getByRole("radio", { name: "vector" }).check();
  const card = page.locator(".made-of");
  // The last tensor holds the largest part.
  const { name } = run.model.tensors[run.model.tensors.length - 1];
  await expect(card).toContainText(`Most in ${name}`);
  // A mark on the bar and Enter, as a click on it does.
  await card.getByRole("slider").press("End");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`layer=${name}`));
  await expect(page.locator(".figure-column .layer-chart .chosen")).toHaveCount(1);
  await page.getByRole("button", { name: "Layers", exact: true }).click();
  const layer = page.locator(".one-layer");
  await expect(layer.getByRole("heading", { name })).toBeVisible();
  await layer.getByRole("button", { name: "Restrict the Hessian to this layer" }).click();
  await expect(page.getByLabel("Parameters", { exact: true })).toHaveValue(name);
  await layer.getByRole("button", { name: "To the eigenvalues" }).click();
  await expect(card).toContainText("Parts of λ₁");
  await page.goBack();
  await expect(layer).toBeVisible();
  await page.goBack();
  await expect(card).toContainText("Parts of λ₁");
});

test("the spectrum in other figures: cumulative, log |λ|, a learning rate", async ({ page }) => {
  const limit = run.eigenvalues.top[1].value;
  const rate = 2 / limit / 1.001;
  await open(page, `#lr=${rate.toPrecision(6)}`);
  await expect(page.locator(".density-chart .limit text")).toContainText("gradient descent unstable");
  await expect(page.locator(".spectrum-facts")).toContainText("1 Ritz value beyond");
  await expect(page.locator(".spectrum-facts")).toContainText("tr/B + (1 − 1/B) λ₁ =");
  await page.getByRole("radio", { name: "95 %" }).check();
  await expect(page.locator(".density")).toContainText("Band: 95 % interval of the mean");
  await page.getByRole("radio", { name: "log|λ|" }).check();
  await expect(page.locator('[data-curve="negative"]')).toBeVisible();
  await expect(page.locator(".density")).toContainText("Dashed: λ < 0.");
  await page.getByRole("radio", { name: "cumulative" }).check();
  await expect(page.getByRole("heading", { name: "Cumulative distribution" })).toBeVisible();
  await expect(page.locator('[data-curve="certified"]')).toBeVisible();
  await expect(page).toHaveURL(/figure=cumulative/);
  await page.getByLabel("Learning rate").fill("fast");
  await expect(page.getByLabel("Learning rate")).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("Learning rate").fill("");
  await expect(page.locator(".limit")).toHaveCount(0);
  expect((await new AxeBuilder({ page }).include(".density").analyze()).violations).toEqual([]);
});

test("the keyboard selects: Enter in the table, Enter on the density", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "λₙ", exact: true }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Loss along vₙ" })).toBeVisible();
  await page.getByRole("slider", { name: "Read the density" }).focus();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Loss along v₁" })).toBeVisible();
});

test("the numbers of each chart stand behind a disclosure", async ({ page }) => {
  await open(page);
  await page.getByText("Ritz values and weights").click();
  const table = page.getByRole("region", { name: "Ritz values and weights" });
  await expect(table.locator("tbody tr")).toHaveCount(run.spectrum.nodes.flat().length);
  await page.getByText(/^Trace of all/).click();
  await expect(page.locator(".layers .scroll tbody tr")).toHaveCount(run.trace.perLayer.length);
});
