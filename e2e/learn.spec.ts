/** Lessons and keys: all of it on the stored run, without a GPU. */
import AxeBuilder from "@axe-core/playwright";
import { TOURS } from "../src/ui/tours/tours.ts";
import { button, expect, open, type Page, shownCurve, storedRun, test } from "./page.ts";

const run = storedRun("resnet20");
const place = (page: Page) => page.locator(".player-place");

async function openLesson(page: Page, more = ""): Promise<void> {
  await page.goto(`./#panel=learn${more}`);
  await expect(page.locator(".player-sentence")).toBeVisible();
}

async function axeFindsNothing(page: Page, within: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).include(within).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("; ")}`)).toEqual(
    [],
  );
}

test("Lanczos goes step by step, by buttons and by keys, and the step is in the link", async ({ page }) => {
  await openLesson(page);
  const total = run.spectrum.alpha[0].length;
  await expect(place(page)).toHaveText(`1 of ${total}`);
  await page.getByRole("button", { name: "Step", exact: true }).click();
  await page.keyboard.press("ArrowRight");
  await expect(place(page)).toHaveText(`3 of ${total}`);
  await expect(page).toHaveURL(/at=3/);
  await expect(page.getByRole("heading", { name: "T, 3 × 3" })).toBeVisible();
  await expect(page.locator(".matrix-chart rect.cell")).toHaveCount(3 + 4);
  await page.keyboard.press("End");
  await expect(page.locator(".player-sentence")).toContainText("298.38");
  await page.keyboard.press("Home");
  await expect(place(page)).toHaveText(`1 of ${total}`);
  // The focus goes to the document, where Space means play.
  await page.locator("h1").click();
  await page.keyboard.press("Space");
  await expect(button(page, "Stop")).toBeVisible();
  await expect(place(page)).toHaveText(`2 of ${total}`);
  await page.keyboard.press("Space");
  await expect(button(page, "Play")).toBeVisible();
});

test("orthogonality can be switched off, and copies appear", async ({ page }) => {
  await openLesson(page, "&at=40");
  await expect(page.locator(".dot.ghost")).toHaveAttribute("d", "");
  await page.getByRole("group", { name: "Orthogonality" }).getByText("lost").click();
  await expect(page.getByRole("heading", { name: "Loss of orthogonality" })).toBeVisible();
  await expect(page.locator(".player-sentence")).toContainText(/\d+ mere copies/);
  expect(await page.locator(".dot.ghost").getAttribute("d")).not.toBe("");
});

test("power iteration tells the sign from the length, and the shift shows the other end", async ({
  page,
}) => {
  await openLesson(page, "&lesson=power&matrix=negated&at=12");
  await expect(page.locator(".found-table tbody tr").first()).toContainText("−298");
  await expect(page.locator(".trap")).toContainText("Only v′Av has the sign.");
  await page.getByRole("group", { name: "Matrix of the lesson" }).getByText("opposite pair").click();
  await expect(page.locator(".player-sentence")).toContainText("never settles");
  await expect(page).toHaveURL(/matrix=pair/);
});

test("? lists the keys, digits change the panel, r goes back to the link and Back undoes it", async ({
  page,
}) => {
  await open(page, "#steps=40&seed=5");
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keys" });
  await expect(sheet).toContainText("Back to what the link said");
  await axeFindsNothing(page, "dialog");
  await page.keyboard.press("4");
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  await expect(shownCurve(page)).toBeVisible();
  await page.keyboard.press("3");
  await expect(page).toHaveURL(/panel=layers/);
  await page.getByLabel("Seed").fill("77");
  await page.getByLabel("Seed").press("r");
  await expect(page).toHaveURL(/seed=77/);
  await page.getByLabel("Seed").blur();
  await page.keyboard.press("r");
  await expect(page.getByLabel("Seed")).toHaveValue("5");
  await expect(page).not.toHaveURL(/panel/);
  await page.goBack();
  await expect(page.getByLabel("Seed")).toHaveValue("77");
  await expect(page).toHaveURL(/panel=layers/);
});

test("the link takes tabs, player and keys out of sight", async ({ page }) => {
  await openLesson(page, "&tour=bulk&hide=panel,at,keys,lesson,orth,probe,tour");
  await expect(page.getByRole("navigation", { name: "Panel" })).toHaveCount(0);
  await expect(button(page, "Play")).toHaveCount(0);
  await expect(button(page, "Keys")).toHaveCount(0);
  await expect(page.locator(".tour, .tour-links")).toHaveCount(0);
  await expect(page.locator(".player .segments, .player select")).toHaveCount(0);
});

test("a guided tour is a chain of links, with sentences about the stored runs", async ({ page }) => {
  await page.goto("./#tour=norms&step=2");
  const strip = page.getByRole("region", { name: "Guided tour: BatchNorm and skip connections" });
  await expect(strip).toContainText("stop 2 of 3");
  await expect(page).toHaveURL(/panel=study/);
  const [full, nobn] = ["resnet20", "resnet20-nobn"].map((id) => storedRun(id).eigenvalues.bottom[0].value);
  expect(nobn).toBeLessThan(full);
  await expect(strip).toContainText(`reaches down to −${Math.abs(nobn).toFixed(1)}`);
  await expect(page.locator("html")).toHaveAttribute("data-toured", "study");
  await axeFindsNothing(page, ".tour");
  await strip.getByRole("button", { name: "Next stop" }).click();
  await expect(strip).toContainText("stop 3 of 3");
  await page.keyboard.press("ArrowLeft");
  await expect(strip).toContainText("stop 2 of 3");
  await page.goBack();
  await expect(strip).toContainText("stop 3 of 3");
  await page.keyboard.press("Escape");
  await expect(strip).toBeHidden();
  await expect(page).not.toHaveURL(/tour/);
  await page.keyboard.press("6");
  await page.getByRole("link", { name: "Sharp and flat" }).click();
  await expect(page.getByRole("heading", { name: "A sharp direction" })).toBeVisible();
  await expect(page.locator(".slice-chart .measured")).toBeVisible();
});

test("every tour goes by links to its end, and each stop frames its card", async ({ page }) => {
  for (const [name, tour] of Object.entries(TOURS)) {
    await page.goto(`./#tour=${name}&step=1`);
    const strip = page.getByRole("region", { name: `Guided tour: ${tour.title}` });
    for (const [i, { title }] of tour.stops.entries()) {
      await expect(strip).toContainText(`stop ${i + 1} of ${tour.stops.length}`);
      await expect(strip).toContainText(title);
      await expect(page.locator("html")).toHaveAttribute("data-toured", /./);
      if (i + 1 < tour.stops.length) await strip.getByRole("button", { name: "Next stop" }).click();
    }
    await expect(page).toHaveURL(new RegExp(`tour=${name}`));
  }
});

test("print: light, the figures alone, as wide as the sheet", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await openLesson(page, "&at=12&tour=lanczos&step=2");
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  for (const gone of [".set", ".panels", ".tour", ".player-buttons", ".card-tools", ".tour-links"])
    for (const element of await page.locator(gone).all()) await expect(element).toBeHidden();
  await page.screenshot({ path: "test-results/page/print.png", fullPage: true });
  expect(await page.locator(".ritz").evaluate((card) => getComputedStyle(card).backgroundColor)).toBe(
    "rgb(255, 255, 255)",
  );
  const wide = await page.locator(".tree-chart > svg").evaluate((svg) => {
    const narrow = document.querySelector<HTMLElement>("main");
    if (narrow !== null) narrow.style.width = "600px";
    return svg.getBoundingClientRect().width;
  });
  expect(wide).toBeLessThan(600);
  await expect
    .poll(() =>
      page
        .locator(".tree-chart > svg")
        .evaluate((svg: SVGSVGElement) => svg.viewBox.baseVal.width / svg.width.baseVal.value),
    )
    .toBe(1);
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await page.emulateMedia({ media: null, colorScheme: "dark" });
  const sheets = await page.pdf({ format: "A4" });
  expect(sheets.subarray(0, 5).toString()).toBe("%PDF-");
  // Lines and letters, no picture of them.
  expect(sheets.length).toBeLessThan(500_000);
  expect(sheets.toString("latin1")).toMatch(/\/Type \/Font/);
  expect(sheets.toString("latin1")).not.toMatch(/\/Subtype \/Image/);
  await expect(page.locator("html")).toHaveAttribute("data-theme", "auto");
});

test("axe finds nothing in any panel", async ({ page }) => {
  for (const panel of ["landscape", "layers", "learn&orth=lost&at=30", "learn&lesson=power&at=5"]) {
    await page.goto(`./#panel=${panel}`);
    await expect(page.locator("main .wide .card h2").first()).toBeVisible();
    for (const summary of await page.locator("main .wide details > summary").all()) await summary.click();
    await axeFindsNothing(page, "main .wide");
  }
});
