import { readFileSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import type { NamedFile } from "../src/run/protocol.ts";
import { defaultValues } from "../src/store/controls.ts";
import { tableRequest } from "../src/store/planRequests.ts";
import { mlp, vectors } from "../test/run/files.ts";
import { samplePlan } from "../test/ui/samplePlan.ts";
import { samplePrune } from "../test/ui/samplePrune.ts";
import { sampleRun } from "../test/ui/sampleRun.ts";
import { button, drop, expect, modelChoice, open, type Page, status, test } from "./page.ts";

const plan = (page: Page) => page.locator(".card.plan");
const layers = (page: Page) => page.getByRole("navigation", { name: "Panel" }).getByText("Layers");

test("a dropped perceptron, from its budget to the measured loss, and to the block of one layer", async ({
  page,
}) => {
  const data = vectors();
  if (data.kind !== "files") throw new Error("the vectors are files");
  const files: readonly NamedFile[] = [...mlp().files, ...data.files];
  await open(page, "#n=6&steps=3&probes=1&trace=4");
  await drop(page, files);
  await expect(modelChoice(page)).toHaveValue("file");
  await button(page, "Run on this GPU").click();
  await expect(status(page)).toContainText("Finished.", { timeout: 180_000 });

  await layers(page).click();
  await button(page, "Predict the rise of the loss").click();
  await expect(plan(page).locator(".proof")).toContainText(/Best of \d+ undominated plans/);
  const cost = plan(page).locator(".plan-cost");
  const before = await cost.textContent();
  await page.getByRole("slider", { name: "Budget" }).press("End");
  await expect(cost).not.toHaveText(before ?? "");
  await expect(cost).toHaveText("50 bytes of at most 50 bytes");
  await page.getByRole("slider", { name: "Budget" }).press("Home");
  await expect(page).toHaveURL(/budget=0/);
  await button(page, "Measure with the planned weights").click();
  await expect(plan(page).locator(".value.measured-value")).toHaveText(/\d/);
  await expect(plan(page).locator(".measured-plan")).toHaveCount(1);

  await button(page, "Predict the rise without each channel").click();
  await page.getByRole("slider", { name: "Keep" }).fill("0.5");
  await button(page, "Measure without these channels").click();
  await expect(page.locator(".card.prune .value.measured-value")).toHaveText(/\d/);

  await page.getByRole("table").getByRole("button", { name: "fc2", exact: true }).click();
  await expect(page).toHaveURL(/layer=fc2.weight/);
  await button(page, "Measure the spectrum of its block").click();
  await expect(
    page.locator(".one-layer .density-chart .heads, .one-layer .density-chart .stems").first(),
  ).toBeVisible();
  await button(page, "Largest eigenvalue of each block").click();
  await expect(page.getByRole("columnheader", { name: "λ₁ per parameter" })).toBeVisible();
  await button(page, "Restrict the Hessian to this layer").click();
  await button(page, "To the eigenvalues").click();
  await expect(page.getByLabel("Parameters", { exact: true })).toHaveValue("fc2.weight");
});

test("a stored run plans what it holds, without the engine, and says what it does not hold", async ({
  page,
}) => {
  const table = samplePlan(tableRequest(defaultValues));
  const channels = samplePrune({ tensors: [], budget: null, probes: 4, measure: false });
  await page.route("**/models/resnet20/run.json", (route) =>
    route.fulfill({
      json: sampleRun({
        answers: [
          { kind: "plan", answer: table },
          { kind: "prune", answer: channels },
        ],
      }),
    }),
  );
  await open(page, "#bits=2,4&cost=bops&layer=linear.weight");
  await layers(page).click();
  await expect(plan(page).locator(".plan-cost")).toContainText("k bit operations of at most");
  await expect(plan(page)).toContainText("A stored run cannot measure this plan: run it here.");
  await expect(page.locator(".bits-chart .bar")).toHaveCount(2);
  await expect(page.locator(".one-layer")).toContainText("720");
  await page.getByRole("slider", { name: "Keep" }).fill("0.55");
  await expect(page.locator(".card.prune .plan-cost")).toHaveText("2 of 5 channels go");
  const exported = async (name: string) => {
    await plan(page).getByText("Export", { exact: true }).click();
    const [file] = await Promise.all([page.waitForEvent("download"), button(page, name).click()]);
    await page.keyboard.press("Escape");
    return readFileSync(await file.path(), "utf8");
  };
  expect(JSON.parse(await exported("Plan (JSON)"))).toMatchObject({ schema: "eigenscope-plan", version: 1 });
  expect((await exported("Plan (CSV)")).split("\r\n")[0]).toContain("bits");
  expect(await exported("PyTorch")).toContain("import torch");
  const violations = async () => (await new AxeBuilder({ page }).analyze()).violations;
  expect(await violations()).toEqual([]);

  await page.getByRole("group", { name: "Levels" }).getByText("asymmetric").click();
  await expect(plan(page)).toContainText(
    "The stored run holds no rounding errors of its weights: run it here, then measure.",
  );
  await page.getByRole("group", { name: "Budget" }).getByText("latency").click();
  await page.getByRole("group", { name: "Levels" }).getByText("symmetric", { exact: true }).click();
  await page.getByLabel(/^Your times/).setInputFiles({
    name: "times.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("layer,bits,ms\nconv1.weight,2,1\nconv1.weight,4,3\nlinear.weight,2,1\n"),
  });
  await expect(plan(page)).toContainText(
    "has no time of linear.weight at 4 bits: add a line linear.weight,4,MS.",
  );
});
