/** What browsers do to frames of other sites, and what neither document does to its readers. */
import { expect, open, type Page, shownCurve, test } from "./page.ts";
import { type StaticServer, serve } from "./staticServer.ts";

let site: StaticServer;
let hosts: StaticServer;
let isolated: StaticServer;
test.beforeAll(async () => {
  site = await serve("dist", "localhost", { "access-control-allow-origin": "*" });
  hosts = await serve("e2e/hosts", "127.0.0.1");
  isolated = await serve("e2e/hosts", "127.0.0.1", {
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-opener-policy": "same-origin",
  });
});
test.afterAll(async () => {
  await Promise.all([site, hosts, isolated].map((server) => server.close()));
});

const framed = (page: Page) => page.frameLocator("iframe");

async function openFrame(page: Page, host: StaticServer, attributes: string): Promise<void> {
  host.pages.set(
    "/frame.html",
    `<!doctype html><meta charset="utf-8"><title>Host</title><iframe title="figure" ${attributes}
      style="width: 900px; height: 640px; border: 0"></iframe>`,
  );
  await page.goto(`${host.origin}/frame.html`);
}

/** As browsers do that keep other sites' frames from all storage: any mention of it throws. */
const withoutStorage = (page: Page) =>
  page.addInitScript(() => {
    const refuse = (): never => {
      throw new DOMException("Access is denied for this document.", "SecurityError");
    };
    for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"])
      Object.defineProperty(globalThis, name, { get: refuse, configurable: true });
    Object.defineProperty(Navigator.prototype, "serviceWorker", { get: refuse, configurable: true });
  });

test("with all storage blocked the embed draws, and so does the page, whose list lives without", async ({
  page,
}) => {
  await withoutStorage(page);
  await openFrame(page, hosts, `src="${site.origin}/embed.html"`);
  await expect(framed(page).locator('[data-curve="shown"]')).toBeVisible();
  await open(page);
  await page.getByLabel("Theme").selectOption("dark");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.getByRole("button", { name: "Compare" }).click();
  await expect(page.getByRole("checkbox", { name: "Compare ResNet-20", exact: true })).toBeVisible();
});

test("a page that isolates itself shows the embed in a credentialless frame", async ({ page }) => {
  await openFrame(page, isolated, `credentialless src="${site.origin}/embed.html"`);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await expect(framed(page).locator('[data-curve="shown"]')).toBeVisible();
});

test("a frame of another site is given a GPU without asking, and none is asked for before Recompute", async ({
  page,
}) => {
  await page.addInitScript(() => {
    const asked = GPU.prototype.requestAdapter;
    GPU.prototype.requestAdapter = function (...options) {
      document.documentElement.dataset.asked = "yes";
      return asked.apply(this, options);
    };
  });
  await openFrame(page, hosts, `src="${site.origin}/embed.html"`);
  const html = framed(page).locator("html");
  await expect(framed(page).locator('[data-curve="shown"]')).toBeVisible();
  expect(await html.getAttribute("data-asked")).toBeNull();
  expect(await html.evaluate(async () => (await navigator.gpu.requestAdapter()) !== null)).toBe(true);
  expect(await html.getAttribute("data-asked")).toBe("yes");
});

test("the embed takes no files, keeps nothing, and answers to no drop", async ({ page }) => {
  await page.goto(`${site.origin}/embed.html#hide=seed`);
  await expect(shownCurve(page)).toBeVisible();
  await page.getByText("layers", { exact: true }).click();
  await expect(page.locator(".card.layers")).toBeVisible();
  await expect(page.locator("input[type=file]")).toHaveCount(0);
  const taken = await page.evaluate(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(["x"], "model.safetensors"));
    const event = new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true });
    document.body.dispatchEvent(event);
    return event.defaultPrevented;
  });
  expect(taken).toBe(false);
  const kept = await page.evaluate(async () => [
    localStorage.length,
    sessionStorage.length,
    document.cookie.length,
    (await indexedDB.databases()).length,
    (await caches.keys()).length,
  ]);
  expect(kept).toEqual([0, 0, 0, 0, 0]);
});

test.describe("the policy of both documents", () => {
  test.use({
    provoked: [
      /breaks its policy|Content Security Policy|Trusted(HTML|Script)|Failed to load resource|Fetch API cannot load/i,
    ],
  });

  for (const name of ["index.html", "embed.html"]) {
    test(`${name} runs no text, loads nothing from elsewhere and sends nothing there`, async ({ page }) => {
      await page.goto(`./${name}`);
      await expect(shownCurve(page)).toBeVisible();
      const outcome = await page.evaluate(async (own) => {
        const broken: string[] = [];
        addEventListener("securitypolicyviolation", ({ effectiveDirective }) =>
          broken.push(effectiveDirective),
        );
        const inline = document.createElement("script");
        const attempt = (what: () => unknown): boolean => {
          try {
            what();
            return true;
          } catch {
            return false;
          }
        };
        const worked = {
          // Not at once: what a debugger evaluates may evaluate.
          eval: await new Promise<boolean>((tell) =>
            setTimeout(() => tell(attempt(() => new Function("return 1")())), 0),
          ),
          markup: attempt(() => {
            document.createElement("p").innerHTML = "<img src=x>";
          }),
          script: attempt(() => {
            inline.textContent = "window.hacked = true";
            document.body.append(inline);
          }),
          elsewhere: await fetch("https://collector.example/").then(
            () => true,
            () => false,
          ),
          hub: own
            ? false
            : await fetch("https://huggingface.co/").then(
                () => true,
                () => false,
              ),
          ran: "hacked" in globalThis,
        };
        const image = new Image();
        image.src = "https://collector.example/pixel.png";
        await image.decode().catch(() => {});
        const form = document.createElement("form");
        form.action = "https://collector.example/";
        document.body.append(form);
        form.submit();
        await new Promise((done) => setTimeout(done, 50));
        return { worked, broken: [...new Set(broken)] };
      }, name === "index.html");
      expect(Object.values(outcome.worked)).toEqual(Object.values(outcome.worked).map(() => false));
      for (const directive of ["connect-src", "img-src", "form-action", "require-trusted-types-for"])
        expect(outcome.broken).toContain(directive);
    });
  }
});
