/** Without a network: what a window has once loaded comes back, and frames get nothing of it. */
import { expect, shownCurve, test } from "./page.ts";
import { serve } from "./staticServer.ts";

test.use({ serviceWorkers: "allow" });

test("the page comes back without a network: stored run, other models, panels", async ({ page, context }) => {
  await page.goto("./");
  await expect(shownCurve(page)).toBeVisible();
  const scope = await page.evaluate(async () => (await navigator.serviceWorker.ready).scope);
  expect(scope).toBe(new URL(".", page.url()).href);
  await context.setOffline(true);
  await page.goto("./?from=a-bookmark#model=resnet20-nobn");
  await expect(shownCurve(page)).toBeVisible();
  await expect(page.locator(".architecture")).toContainText("without BatchNorm");
  await page.getByRole("button", { name: "Study" }).click();
  await expect(page.locator(".study .study-columns")).toBeVisible();
  await page.getByRole("button", { name: "Learn" }).click();
  await expect(page.locator(".player-sentence")).toBeVisible();
});

test("a window of the embed alone registers nothing", async ({ page }) => {
  await page.goto("./embed.html");
  await expect(shownCurve(page)).toBeVisible();
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
});

test("the page in a frame registers nothing either", async ({ page }) => {
  const server = await serve("dist", "localhost");
  try {
    server.pages.set(
      "/host.html",
      '<iframe src="./index.html" style="width: 1200px; height: 800px"></iframe>',
    );
    await page.goto(`${server.origin}/host.html`);
    await expect(page.frameLocator("iframe").locator('[data-curve="shown"]')).toBeVisible();
    expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(
      0,
    );
  } finally {
    await server.close();
  }
});
