import { readFileSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import { button, expect, open, type Page, storedRun, test } from "./page.ts";

const run = storedRun("resnet20");
const menu = (page: Page, card: string) => page.locator(`.card.${card} .export`);

async function exported(page: Page, card: string, name: string): Promise<{ name: string; bytes: Buffer }> {
  const download = page.waitForEvent("download");
  await menu(page, card).getByRole("button", { name, exact: true }).click();
  const file = await download;
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

test("every figure becomes one SVG that needs nothing else and is the same in every theme", async ({
  page,
}) => {
  await open(page, "#a=resnet20-nobn");
  const texts: string[] = [];
  for (const theme of ["light", "dark"]) {
    await page.getByRole("combobox", { name: "Theme" }).selectOption(theme);
    await menu(page, "density").locator("summary").click();
    const { name, bytes } = await exported(page, "density", "SVG");
    expect(name).toBe("resnet-20-density.svg");
    texts.push(bytes.toString());
    await page.keyboard.press("Escape");
    await expect(menu(page, "density").locator("summary")).toBeFocused();
  }
  const [light, dark] = texts;
  expect(dark).toBe(light);
  expect(light.length).toBeLessThan(100_000);
  expect(light).not.toMatch(/class=|style=|var\(|rgba?\(|href=/);
  expect(light).toContain("ResNet-20 without BatchNorm");
  expect(light).toContain("<desc>Hessian of the mean cross-entropy over 16 images");
  // What must be known to measure it again: of the matrix in the sentence, of the run behind it.
  for (const part of ["float32.", "Seed 0, 2 probes", run.device.name])
    expect(light.slice(light.indexOf("<desc>"), light.indexOf("</desc>"))).toContain(part);
  // A browser that knows nothing of the page draws it.
  const size = await page.evaluate(async (svg) => {
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
    await image.decode();
    return [image.width, image.height];
  }, light);
  expect(size[0]).toBeGreaterThan(500);
  expect(size[1]).toBeGreaterThan(300);
  for (const card of ["layers", "slice"]) {
    await menu(page, card).locator("summary").click();
    const { bytes } = await exported(page, card, "SVG");
    expect(bytes.length).toBeLessThan(100_000);
    expect(bytes.toString()).toContain("</svg>");
  }
});

test("a PNG has the width and the resolution that were asked for", async ({ page }) => {
  await open(page);
  await menu(page, "density").locator("summary").click();
  await page.screenshot({ path: "test-results/page/export.png" });
  const { violations } = await new AxeBuilder({ page }).include(".export-menu").analyze();
  expect(violations).toEqual([]);
  await menu(page, "density").getByLabel("Dots per inch of the PNG").selectOption("150");
  const { bytes } = await exported(page, "density", "PNG");
  expect(bytes.readUInt32BE(16)).toBe(Math.round((85 / 25.4) * 150));
  expect(bytes.toString()).toContain(`Seed 0, 2 probes of 40 Lanczos steps`);
  const at = bytes.indexOf("pHYs");
  expect(bytes.readUInt32BE(at + 4)).toBe(Math.round(150_000 / 25.4));
});

test("tables and the run are exported with their numbers", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page);
  await menu(page, "density").locator("summary").click();
  const ritz = (await exported(page, "density", "Ritz values (CSV)")).bytes.toString().trim().split("\r\n");
  expect(ritz[0]).toBe("probe,ritz_value,weight");
  expect(ritz).toHaveLength(1 + run.spectrum.nodes.flat().length);
  expect(Number(ritz[1].split(",")[1])).toBe(run.spectrum.nodes[0][0]);
  expect(JSON.parse((await exported(page, "density", "Result (JSON)")).bytes.toString())).toEqual(run);
  const script = await exported(page, "density", "matplotlib script");
  expect(script.bytes.toString()).toContain('open("resnet-20-run.json")');
  const recompute = (await exported(page, "density", "PyTorch script")).bytes.toString();
  expect(recompute).toContain('open("resnet-20-run.json")');
  expect(recompute).toContain('np.load("synthetic10-heldout-512.npz")');
  const npz = (await exported(page, "density", "Numbers (npz)")).bytes;
  expect(npz.subarray(0, 2).toString()).toBe("PK");
  await button(page, "Copy methods sentence").click();
  await expect(menu(page, "density").getByRole("status")).toHaveText("Copied.");
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain(run.meaning.sentence);
  expect(copied).toContain("2 Rademacher probes of 40 steps");
  await button(page, "Copy BibTeX").click();
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toContain("@article{pearlmutter");
  await page.keyboard.press("Escape");
  await menu(page, "layers").locator("summary").click();
  const traces = (await exported(page, "layers", "Traces (CSV)")).bytes.toString().trim().split("\r\n");
  expect(traces).toHaveLength(1 + run.trace.perLayer.length);
});

test("the figures of all panels are single SVGs under 100 kB that another program can read", async ({
  page,
}) => {
  for (const panel of ["landscape", "layers", "compare&compare=resnet20-nobn", "study", "learn&at=30"]) {
    await page.goto(`./#panel=${panel}`);
    await expect(page.locator("main .card.waiting")).toHaveCount(0);
    await expect(page.locator("main .export").first()).toBeVisible();
    for (const each of await page.locator("main .export:visible").all()) {
      await each.locator("summary").click();
      const svg = each.getByRole("button", { name: "SVG", exact: true });
      if ((await svg.count()) > 0) {
        const [file] = await Promise.all([page.waitForEvent("download"), svg.click()]);
        const text = readFileSync(await file.path(), "utf8");
        const name = `${panel}: ${file.suggestedFilename()}`;
        expect(text.length, name).toBeLessThan(100_000);
        expect(text, name).toMatch(
          /^<\?xml.*\n<svg [\s\S]*<title>[^<]+<\/title><desc>[^<]*Seed \d+[\s\S]*<\/svg>\n$/,
        );
        expect(text, name).not.toMatch(/class=|style=|var\(|href=|NaN/);
      }
      await page.keyboard.press("Escape");
    }
  }
});
