import AxeBuilder from "@axe-core/playwright";
import {
  button,
  drop,
  expect,
  modelChoice,
  open,
  overlayCurve,
  shownCurve,
  storedRun,
  test,
} from "./page.ts";

test("a run kept as A stays behind the next one, with a legend and in the link", async ({ page }) => {
  await open(page);
  await button(page, "keep as A").click();
  await modelChoice(page).selectOption("resnet20-nobn");
  await expect(page.locator(".legend").first()).toContainText("B: ResNet-20 without BatchNorm");
  await expect(page.locator(".legend").first()).toContainText("A: ResNet-20, BatchNorm running");
  await expect(overlayCurve(page)).toBeVisible();
  expect(await overlayCurve(page).getAttribute("d")).not.toBe(await shownCurve(page).getAttribute("d"));
  await expect(page).toHaveURL(/model=resnet20-nobn.*compare=resnet20/);

  await page.reload();
  await expect(overlayCurve(page)).toBeVisible();
  await button(page, "clear A").click();
  await expect(overlayCurve(page)).toHaveCount(0);
  await expect(page).not.toHaveURL(/compare=resnet20/);
});

test("the three variants each have their stored run", async ({ page }) => {
  await open(page);
  const curves = new Set<string | null>();
  for (const id of ["resnet20", "resnet20-nobn", "resnet20-noskip"]) {
    await modelChoice(page).selectOption(id);
    await expect.poll(async () => curves.has(await shownCurve(page).getAttribute("d"))).toBe(false);
    curves.add(await shownCurve(page).getAttribute("d"));
  }
  expect(curves.size).toBe(3);
});

test("the study shows its three networks from their stored runs, and says what their numbers say", async ({
  page,
}) => {
  await open(page);
  await button(page, "Study").click();
  for (const letter of ["A", "B", "C"])
    await expect(page.locator(`.density-panels [data-curve="${letter}"]`)).toBeVisible();
  const [full, nobn] = ["resnet20", "resnet20-nobn"].map(storedRun);
  const ratio = nobn.eigenvalues.top[0].value / full.eigenvalues.top[0].value;
  await expect(page.locator(".study-columns")).toContainText(`λ₁ is ${ratio.toFixed(2)} times that of A`);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("; ")}`)).toEqual(
    [],
  );

  // Each step from view to view is one of the history.
  await page.goBack();
  await expect(shownCurve(page)).toBeVisible();
  await page.goForward();
  await expect(page.locator(".density-panels")).toBeVisible();
});

test("four runs stand on common axes, with what tells them apart", async ({ page }) => {
  await page.goto("./#panel=compare&compare=resnet20,resnet20-nobn,resnet20-noskip,bert-opinions");
  for (const letter of ["A", "B", "C", "D"])
    await expect(page.locator(`.compare-chart [data-curve="${letter}"]`)).toBeVisible();
  await expect(
    page.getByText("Their data differ: part of every difference is that of the samples."),
  ).toBeVisible();
  const [full, nobn] = ["resnet20", "resnet20-nobn"].map(storedRun);
  const loss = page.locator(".differences tr", { hasText: "Loss" });
  await expect(loss).toContainText(`+${(nobn.loss - full.loss).toPrecision(4)}`);
  await expect(page.locator(".differences tr", { hasText: "below zero" })).toContainText("not told apart");
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("; ")}`)).toEqual(
    [],
  );

  await page.getByRole("checkbox", { name: "Compare BERT, 2 layers" }).uncheck();
  await expect(page).not.toHaveURL(/bert-opinions/);
  await expect(page.locator('.compare-chart [data-curve="D"]')).toHaveCount(0);
  await page.goBack();
  await expect(page.locator('.compare-chart [data-curve="D"]')).toBeVisible();
});

test("a result file that is dropped is drawn, compared, and there after a reload", async ({ page }) => {
  await open(page);
  const run = storedRun("resnet20-noskip");
  const mine = { ...run, loss: 2 * run.loss, model: { ...run.model, id: null, source: "mine.safetensors" } };
  const file = (result: unknown) => ({ name: "mine-run.json", bytes: Buffer.from(JSON.stringify(result)) });
  await drop(page, [file({ ...mine, loss: "much" })]);
  await expect(page.locator(".refusal")).toHaveText(
    'mine-run.json: loss: expected a finite number, file has "much". Export the run again from the page, or write it with --json.',
  );
  await drop(page, [file(mine)]);
  await expect(page.locator(".legend").first()).toContainText("mine.safetensors, BatchNorm running");

  await button(page, "Compare").click();
  await page.getByRole("checkbox", { name: "Compare ResNet-20", exact: true }).check();
  await page.getByRole("checkbox", { name: "Compare mine-run" }).check();
  await expect(page.locator(".compare-chart [data-curve]")).toHaveCount(2);
  const name = page.getByRole("textbox", { name: "Name of mine-run" });
  await name.fill("my own");
  await name.press("Enter");
  await expect(page.getByRole("checkbox", { name: "Compare my own" })).toBeChecked();

  await page.reload();
  await expect(page.getByRole("checkbox", { name: "Compare my own" })).toBeChecked();
  await expect(page.locator(".legend").first()).toContainText("mine.safetensors");
  await button(page, "delete").click();
  await button(page, "delete for good").click();
  await expect(page.getByRole("checkbox", { name: "Compare my own" })).toHaveCount(0);
});
