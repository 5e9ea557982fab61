/** The Hub on the page, under the page's own Content-Security-Policy: its servers are played by a local one. */
import { readFileSync } from "node:fs";
import { pyarrowLike } from "../test/fixtures/parquet.ts";
import { type FakeHub, startHub } from "../test/hub/server.ts";
import { button, drop, expect, modelChoice, open, type Page, test } from "./page.ts";

const weights = readFileSync("public/models/resnet20/model.safetensors");
const config = new TextEncoder().encode("{}");
const sentences = (rows: number) => {
  const values = Array.from({ length: rows }, (_, i) => new TextEncoder().encode(`sentence ${i}`));
  const labels = Array.from({ length: rows }, (_, i) => i % 2);
  return pyarrowLike(
    [
      { name: "sentence", kind: "string", values },
      { name: "label", kind: "int", values: labels },
    ],
    {},
    { groupRows: 500, long: 90 },
  );
};

const HUB = "https://huggingface.co";
test.use({ played: [HUB] });

let fake: FakeHub;
/** Requests of the page that left its own server. */
let left: string[];
test.beforeAll(async () => {
  fake = await startHub([
    { id: "org/tiny", revisions: { main: { "model.safetensors": weights, "config.json": config } } },
    {
      kind: "dataset",
      id: "org/table",
      revisions: {
        main: { "data/train-00000-of-00001.parquet": sentences(4000), "data/test.parquet": sentences(600) },
      },
    },
  ]);
});
test.afterAll(() => fake.close());
test.beforeEach(async ({ page, baseURL }) => {
  fake.calm();
  left = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(baseURL ?? "") && !/^(data|blob):/.test(request.url()))
      left.push(request.url());
  });
  await page.route("https://huggingface.co/**", async (route) => {
    const { pathname, search } = new URL(route.request().url());
    await route.fulfill({ response: await route.fetch({ url: `${fake.base}${pathname}${search}` }) });
  });
});

async function openHub(page: Page): Promise<void> {
  await open(page);
  await hub(page).locator("summary").click();
}
const field = (page: Page) => page.getByLabel("Hugging Face model or dataset");
async function lookUp(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await button(page, "Look up").click();
}
const hub = (page: Page) => page.locator("details.hub");

test("a model of the Hub: nothing is asked before a click, sizes come before bytes, the file goes as if dropped", async ({
  page,
}) => {
  await openHub(page);
  await field(page).fill("https://huggingface.co/org/tiny");
  await page.waitForTimeout(300);
  expect(left).toEqual([]);

  await button(page, "Look up").click();
  const files = page.getByRole("list", { name: "Files" });
  await expect(files).toContainText(`model.safetensors${" "}${(weights.length / 1e6).toFixed(2)} MB`);
  expect(left.every((url) => url.startsWith("https://huggingface.co/api/"))).toBe(true);

  await button(page, /^Download 1\.\d+ MB$/).click();
  await expect(hub(page)).toContainText(/Here: org\/tiny@[0-9a-f]{7}\/model\.safetensors/);
  await drop(page, [
    { name: "batch.npz", bytes: readFileSync("public/models/data/synthetic10-heldout-512.npz") },
  ]);
  const manifest = JSON.parse(readFileSync("public/models/resnet20/manifest.json", "utf8"));
  for (const option of ["Mean", "Std"] as const) {
    const input = page.getByLabel(option, { exact: true });
    await input.fill(manifest[option.toLowerCase()].join(", "));
    await input.press("Enter");
  }
  await expect(modelChoice(page)).toHaveValue("file");
  await expect(page.locator(".facts")).toContainText("269,722");
  expect(left.every((url) => url.startsWith("https://huggingface.co/"))).toBe(true);

  // The second download comes from what the browser keeps.
  const asked = left.length;
  await expect(hub(page)).toContainText("This browser keeps");
  await button(page, /^Download 1\.\d+ MB$/).click();
  await expect(hub(page)).toContainText("Here: org/tiny");
  expect(left.length).toBe(asked);
  await button(page, "delete them").click();
  await expect(hub(page)).not.toContainText("This browser keeps");
});

test("rows of a data set: only their parts are fetched, in closed ranges, and they go as if dropped", async ({
  page,
}) => {
  await openHub(page);
  await lookUp(page, "datasets/org/table");
  const tables = page.getByLabel("Table", { exact: true });
  await expect(tables).toContainText("data/test (71.0 kB)");
  await tables.selectOption("1");
  await page.getByLabel("First row").fill("2000");
  await page.getByLabel("Rows", { exact: true }).fill("16");
  fake.calm();
  await button(page, "Read rows").click();
  await expect(hub(page)).toContainText(
    /org\/table@[0-9a-f]{7}\/train-00000-of-00001\.rows-2000-2015\.parquet/,
  );
  await expect(page.locator(".drop")).toContainText(
    ".rows-2000-2015.parquet is here. Still missing: the model",
  );
  const ranges = fake.requests.flatMap(({ path, range }) => (path.includes("Signature") ? [range] : []));
  expect(ranges.length).toBeGreaterThan(0);
  for (const range of ranges) expect(range).toMatch(/^bytes=\d+-\d+$/);
});

test("an address elsewhere is refused without a request", async ({ page }) => {
  await openHub(page);
  await lookUp(page, "https://evil.example/org/tiny");
  await expect(hub(page).getByRole("alert")).toContainText(
    'it is on "evil.example", not on huggingface.co. Write org/model',
  );
  expect(left).toEqual([]);
});

test.describe("a server that is busy", () => {
  // The browser itself logs answers above 399.
  test.use({ provoked: [/status of 429/] });

  test("a 429 shows the seconds and goes on by itself", async ({ page }) => {
    fake.fault({
      at: "/revision/",
      status: 429,
      headers: { "Retry-After": "2", "Access-Control-Expose-Headers": "Retry-After" },
    });
    await openHub(page);
    await lookUp(page, "org/tiny");
    await expect(hub(page).getByRole("timer")).toHaveText(/^Goes on by itself in [12] s\.$/);
    await expect(hub(page).getByRole("alert")).toContainText("too many requests from this network (429)");
    await expect(page.getByRole("list", { name: "Files" })).toContainText("model.safetensors");
    await expect(hub(page).getByRole("alert")).toBeEmpty();
  });
});

test.describe("servers that are not the Hub", () => {
  test.use({
    played: [HUB, "https://cas-bridge.xethub.hf.co", "https://us.aws.cdn.hf.co"],
    provoked: [/evil\.(example|co)|violates the following Content Security Policy/],
  });

  test("the page may reach the Hub and its file servers, and no other", async ({ page }) => {
    await page.route(/evil|hf\.co/, (route) =>
      route.fulfill({ body: "x", headers: { "Access-Control-Allow-Origin": "*" } }),
    );
    await openHub(page);
    const reached = await page.evaluate(
      (urls) => {
        const reach = (url: string) =>
          fetch(url).then(
            () => true,
            () => false,
          );
        return Promise.all(urls.map(reach));
      },
      [
        "https://cas-bridge.xethub.hf.co/x",
        "https://us.aws.cdn.hf.co/x",
        "https://evil.example/x",
        "https://hf.co.evil.example/x",
        "http://huggingface.evil.co/x",
      ],
    );
    expect(reached).toEqual([true, true, false, false, false]);
  });
});

test("a download is cancelled within 100 ms and nothing is taken", async ({ page }) => {
  let asked = 0;
  await page.route("https://huggingface.co/*/*/resolve/**", () => {
    asked++; // Never answered.
  });
  await openHub(page);
  await lookUp(page, "org/tiny");
  await button(page, /^Download/).click();
  await expect.poll(() => asked).toBe(1);
  const milliseconds = await page.evaluate(async () => {
    const buttons = [...document.querySelectorAll<HTMLButtonElement>(".hub button")];
    const cancel = buttons.find((one) => one.textContent === "Cancel");
    const begin = performance.now();
    cancel?.click();
    while (document.body.contains(cancel ?? null)) await new Promise((done) => setTimeout(done, 1));
    return performance.now() - begin;
  });
  expect(milliseconds).toBeLessThan(100);
  await expect(button(page, /^Download/)).toBeVisible();
  await expect(hub(page)).not.toContainText("Here:");
});
