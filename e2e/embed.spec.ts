/** The embed in frames of other origins: as the documentation shows it, sandboxed, spoken to, lied to, on a phone. */
import { readFileSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import type { Frame } from "@playwright/test";
import { BAD } from "../test/ui/embed/malformed.ts";
import { button, expect, open, type Page, storedRun, test } from "./page.ts";
import { type StaticServer, serve } from "./staticServer.ts";

let site: StaticServer;
let hosts: StaticServer;
test.beforeAll(async () => {
  // Two ports and two names: another origin and another site than the hosts'.
  site = await serve("dist", "localhost", { "access-control-allow-origin": "*" });
  hosts = await serve("e2e/hosts", "127.0.0.1");
});
test.afterAll(async () => {
  await Promise.all([site.close(), hosts.close()]);
});

const figure = (page: Page) => page.frameLocator("iframe").first();
const curve = (page: Page) => figure(page).locator('[data-curve="shown"]');

/** The documentation's example of a name, with the test's servers for its addresses. */
function example(name: string): string {
  const docs = readFileSync("docs/embedding.md", "utf8");
  const [, code] = new RegExp(`<!-- example: ${name} -->\n\`\`\`html\n([\\s\\S]*?)\n\`\`\``).exec(docs) ?? [];
  if (code === undefined) throw new Error(`docs/embedding.md has no example ${name}`);
  return code
    .replaceAll("https://example.org/eigenscope", site.origin)
    .replaceAll("https://example.org", site.origin);
}

async function openHost(page: Page, body: string): Promise<void> {
  hosts.pages.set("/host.html", `<!doctype html><meta charset="utf-8"><title>Host</title>${body}`);
  await page.goto(`${hosts.origin}/host.html`);
}

const hostOf = (name: string, query: Readonly<Record<string, string>>) =>
  `${hosts.origin}/${name}.html?${new URLSearchParams(query)}`;
const embed = (hash = "") => `${site.origin}/embed.html${hash}`;

interface Said {
  readonly type: string;
  readonly [field: string]: unknown;
}
const said = (page: Page) => page.evaluate(() => (window as unknown as { said: Said[] }).said);
const last = async (page: Page, type: string) => (await said(page)).findLast((event) => event.type === type);
const send = (page: Page, message: object | string) =>
  page.evaluate((data) => (window as unknown as { send(data: unknown): void }).send(data), message);

test("the documentation's iframe draws the linked run, from the embed's own folder alone", async ({
  page,
}) => {
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await openHost(page, example("HTML"));
  await expect(curve(page)).toBeVisible();
  await expect(figure(page).getByRole("heading", { level: 1 })).toContainText("ResNet-20 without BatchNorm");
  await expect(
    figure(page).getByRole("group", { name: "Eigenvalue axis" }).getByLabel("linear"),
  ).toBeChecked();
  const link = figure(page).getByRole("link", { name: "Open in Eigenscope" });
  await expect(link).toHaveAttribute("href", `${site.origin}/#model=resnet20-nobn&x=linear`);
  await expect(figure(page).getByText(/Drop|Hugging Face|Upload/)).toHaveCount(0);
  expect(requests.filter((url) => ![site.origin, hosts.origin].includes(new URL(url).origin))).toEqual([]);
  expect(requests.filter((url) => /worker|client|engine|hub|safetensors|npz/.test(url))).toEqual([]);
});

test("in a sandbox of opaque origin it draws, and recomputes on the main thread", async ({ page }) => {
  // Off screen there are no frames of animation: nothing that computes may wait for one.
  await page.addInitScript(() => {
    if (window !== top) window.requestAnimationFrame = () => 0;
  });
  await openHost(page, example("sandbox"));
  await expect(figure(page).getByRole("heading", { name: "Loss along v₁" })).toBeVisible();
  await expect(figure(page).getByText("A stored run; your GPU is not used.")).toBeVisible();
  await expect(figure(page).getByText("Export")).toHaveCount(0);
  await figure(page).getByText("density", { exact: true }).click();
  await expect(curve(page)).toBeVisible();
  await figure(page).getByRole("button", { name: "Recompute" }).click();
  // As reveal.js does when the slide goes and comes back.
  const slide = (word: string) => page.evaluate((data) => frames[0].postMessage(data, "*"), word);
  await slide("slide:stop");
  await expect(figure(page).getByRole("button", { name: "Resume" })).toBeVisible({ timeout: 60_000 });
  await slide("slide:start");
  await expect(figure(page).getByText("Finished.").last()).toBeVisible({ timeout: 120_000 });
  await expect(figure(page).locator(".meaning")).toContainText("over 1 image");
});

test("it answers the page that frames it: state, result, controls, figures, errors in words", async ({
  page,
}) => {
  await page.goto(hostOf("recorder", { embed: embed("#steps=20") }));
  await expect(curve(page)).toBeVisible();
  await send(page, { type: "set", control: "x", value: "linear" });
  expect(await said(page), "before the greeting").toEqual([]);

  await send(page, { type: "ping", id: "hello" });
  await expect.poll(() => last(page, "resize")).toBeTruthy();
  const run = storedRun("resnet20");
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  expect((await said(page)).slice(0, 3)).toMatchObject([
    { eigenscope: 1, type: "ready", version, id: "hello" },
    { type: "state", state: "#steps=20", run: "idle" },
    { type: "result", origin: "stored", loss: run.loss, eigenvalues: run.eigenvalues, checksPassed: true },
  ]);

  await send(page, { type: "set", control: "x", value: "linear" });
  await expect.poll(() => last(page, "state")).toMatchObject({ state: "#steps=20&x=linear" });
  await expect(
    figure(page).getByRole("group", { name: "Eigenvalue axis" }).getByLabel("linear"),
  ).toBeChecked();
  await send(page, { type: "export", format: "svg", id: 1 });
  await expect.poll(() => last(page, "export")).toMatchObject({ id: 1, name: "resnet-20-density.svg" });
  expect((await last(page, "export"))?.content).toMatch(/^<\?xml[\s\S]*<\/svg>\s*$/);
  await send(page, { type: "export", format: "json", id: 2 });
  await expect.poll(async () => (await last(page, "export"))?.id).toBe(2);
  expect(JSON.parse(String((await last(page, "export"))?.content))).toEqual(run);
  await send(page, { type: "set", control: "eig", value: "top2" });
  await expect
    .poll(() => last(page, "select"))
    .toMatchObject({ eigenvalue: "top2", value: run.eigenvalues.top[1].value });

  await send(page, { type: "set", control: "steps", value: 9999, id: 3 });
  await expect
    .poll(() => last(page, "error"))
    .toMatchObject({ id: 3, message: 'Steps: expected a whole number from 2 to 400, found "9999".' });
  await send(page, { type: "set", control: "model", value: "file", id: 4 });
  await expect.poll(() => last(page, "error")).toMatchObject({ id: 4, message: "An embed takes no files." });
  await send(page, { type: "set", control: "view", value: "eigenvalues" });
  await send(page, { type: "export", format: "svg", id: 5 });
  await expect.poll(async () => (await last(page, "error"))?.id).toBe(5);

  await send(page, { type: "open", state: "#model=resnet20-noskip&a=resnet20" });
  await expect
    .poll(() => last(page, "result"))
    .toMatchObject({ model: storedRun("resnet20-noskip").model.title });
  await expect(figure(page).locator('[data-curve="overlay"]')).toBeVisible();
  const before = (await said(page)).length;
  // Functions cannot be sent, and what carries values into this page loses a property __proto__.
  const malformed = BAD.filter(([name]) => !/function|own __proto__/.test(name)).map(([, data]) => data);
  expect(malformed.length).toBeGreaterThanOrEqual(40);
  await page.evaluate((all) => {
    for (const data of all) frames[0].postMessage(data, "*");
  }, malformed);
  await send(page, { type: "ping" });
  await expect.poll(() => last(page, "ready")).not.toHaveProperty("id");
  const after = (await said(page)).slice(before).map(({ type }) => type);
  expect(after.slice(0, 1), "malformed messages are not answered").toEqual(["ready"]);
});

test("a stranger's messages change nothing and are not answered", async ({ page }) => {
  await page.goto(hostOf("forged", { embed: embed() }));
  await expect(curve(page)).toBeVisible();
  const stranger = page.frame({ url: /stranger/ }) as Frame;
  const forge = () => stranger.evaluate(() => (window as unknown as { forge(): void }).forge());
  const drawn = await curve(page).getAttribute("d");
  await forge();
  await page.evaluate(() => (window as unknown as { ping(): void }).ping());
  await expect
    .poll(() => page.evaluate(() => (window as unknown as { said: string[] }).said))
    .toContain("ready");
  await forge();
  // Messages of one sender arrive in order: this answer comes after anything that the forged ones might have caused.
  await page.evaluate(() => (window as unknown as { ping(): void }).ping());
  await expect
    .poll(() => page.evaluate(() => (window as unknown as { said: string[] }).said))
    .toEqual(["ready", "state", "result", "resize", "ready", "state", "result", "resize"]);
  expect(await stranger.evaluate(() => (window as unknown as { heard: unknown[] }).heard)).toEqual([]);
  expect(await curve(page).getAttribute("d")).toBe(drawn);
  await expect(figure(page).getByRole("button", { name: "Recompute" })).toBeVisible();
});

test("the documentation's page follows the height, sets a control and takes the figure", async ({ page }) => {
  await openHost(page, example("messages"));
  await expect(curve(page)).toBeVisible();
  const frame = page.locator("iframe");
  const inside = () =>
    figure(page)
      .locator("html")
      .evaluate((html) => html.getBoundingClientRect().height);
  const outside = () => frame.evaluate((element) => element.clientHeight);
  await expect.poll(async () => Math.abs((await outside()) - (await inside()))).toBeLessThanOrEqual(1);
  await expect(page.locator("#loss")).toHaveText(`Loss ${storedRun("resnet20").loss}`);
  const before = await outside();
  await figure(page).getByText("Ritz values and weights").click();
  await expect.poll(outside).toBeGreaterThan(before + 50);
  await figure(page).getByText("Ritz values and weights").click();
  await expect.poll(outside, "it shrinks again").toBe(before);
  await button(page, "Linear axis").click();
  await expect(
    figure(page).getByRole("group", { name: "Eigenvalue axis" }).getByLabel("linear"),
  ).toBeChecked();
  await button(page, "Take the figure").click();
  await expect(page.getByRole("img", { name: "resnet-20-density.svg" })).toBeVisible();
});

test("keys that the figure has no use for turn the documentation's slide", async ({ page }) => {
  const reveal = `<script>
    window.turned = [];
    window.Reveal = Object.fromEntries(["next", "prev", "up", "down"].map((to) => [to, () => turned.push(to)]));
  </script>`;
  // reveal.js gives a frame its address when the slide is near, and its words when the slide comes and goes.
  const show = `<script>
    for (const f of document.querySelectorAll("iframe")) {
      f.addEventListener("load", () => f.contentWindow.postMessage("slide:start", "*"));
      f.src = f.dataset.src;
    }
  </script>`;
  await openHost(page, `${reveal}${example("reveal\\.js")}${show}`);
  await expect(curve(page)).toBeVisible();
  const turned = () => page.evaluate(() => (window as unknown as { turned: string[] }).turned);
  await figure(page).getByRole("heading", { level: 1 }).click();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowLeft");
  await expect.poll(turned).toEqual(["next", "prev"]);
  // The chart's own cursor answers to arrows.
  await figure(page).getByRole("slider", { name: "Read the density" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(figure(page).locator(".reading")).toBeVisible();
  expect(await turned()).toEqual(["next", "prev"]);
});

test("on a phone nothing is cut off; axe finds nothing; the link hides what it names", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const view of ["density", "layers", "slice", "eigenvalues"]) {
    await page.goto(embed(`#view=${view}`));
    await expect(page.locator(`.card.${view}`)).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
    await page.screenshot({ path: `test-results/page/embed-${view}-390.png` });
    if (view !== "density" && view !== "eigenvalues") continue;
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join("; ")}`)).toEqual(
      [],
    );
  }
  await page.goto(embed("#hide=view,run,x"));
  await expect(page.getByRole("group", { name: "Density axis" })).toBeVisible();
  await expect(page.getByRole("group", { name: "Figure of the embed" })).toHaveCount(0);
  await expect(page.getByRole("group", { name: "Eigenvalue axis" })).toHaveCount(0);
  await expect(button(page, "Recompute")).toHaveCount(0);
});

test("without WebGPU the stored run stays, and the embed says why it measures nothing", async ({ page }) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(Navigator.prototype, "gpu");
    Reflect.deleteProperty(globalThis, "GPU");
  });
  await page.goto(hostOf("recorder", { embed: embed(), sandbox: "allow-scripts" }));
  await expect(curve(page)).toBeVisible();
  await expect(figure(page).getByText(/does not offer WebGPU.*The stored run is shown/)).toBeVisible();
  await expect(figure(page).getByRole("button", { name: "Recompute" })).toHaveCount(0);
});

test.describe("a page without https", () => {
  test.use({ played: ["https://figures.example", "http://deck.example"] });

  test("an ancestor without https is named as the reason", async ({ page }) => {
    await page.route("https://figures.example/**", async (route) => {
      const { pathname } = new URL(route.request().url());
      await route.fulfill({ response: await route.fetch({ url: `${site.origin}${pathname}` }) });
    });
    await page.route("http://deck.example/", (route) =>
      route.fulfill({
        contentType: "text/html",
        body: '<!doctype html><title>Deck</title><iframe src="https://figures.example/embed.html"></iframe>',
      }),
    );
    await page.goto("http://deck.example/");
    await expect(curve(page)).toBeAttached();
    await expect(figure(page).getByText("A page around this frame came without https")).toBeAttached();
  });
});

test("the Embed button gives a frame of the present state", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, "#model=resnet20-noskip&y=linear&hide=seed");
  await expect(page.getByLabel("Seed")).toHaveCount(0);
  await button(page, "Embed").click();
  const dialog = page.getByRole("dialog", { name: "Embed this figure" });
  await dialog.getByText("layers", { exact: true }).click();
  await page.screenshot({ path: "test-results/page/embed-dialog.png" });
  const { violations } = await new AxeBuilder({ page }).include(".dialog").analyze();
  expect(violations).toEqual([]);
  await dialog.getByRole("button", { name: "Copy", exact: true }).click();
  await expect(dialog.getByText("Copied.")).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  for (const [kind, part] of [
    ["Quarto", "```{=html}"],
    ["reveal.js", "<section>"],
    ["Jupyter", "IFrame("],
    ["LaTeX", "\\href{"],
  ]) {
    await dialog.getByText(kind, { exact: true }).click();
    await expect(dialog.getByRole("region", { name: `Snippet for ${kind}` })).toContainText(part);
  }
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await openHost(page, copied);
  await expect(figure(page).getByRole("heading", { name: "Trace by layer" })).toBeVisible();
  await expect(figure(page).getByRole("heading", { level: 1 })).toContainText("without shortcuts");
});
