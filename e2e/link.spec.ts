/** Link = state: every control goes into the address and comes back from it, and can be hidden by it. */
import {
  type Control,
  type ControlKey,
  controlKeys,
  controls,
  defaultValues,
} from "../src/store/controls.ts";
import { tableRequest } from "../src/store/planRequests.ts";
import { fullRun } from "../test/ui/fullRun.ts";
import { samplePlan } from "../test/ui/samplePlan.ts";
import { samplePrune } from "../test/ui/samplePrune.ts";
import { button, expect, open, type Page, shownCurve, test } from "./page.ts";

/** Values of the controls that are texts. */
const TEXTS: Readonly<Record<string, string>> = {
  ...{ model: "resnet20-nobn", params: "layer3.*", learningRate: "0.01", selected: "top2" },
  ...{ compare: "resnet20-nobn", layer: "linear.weight", hide: "seed", along: "random" },
  ...{ across: "gradient", planBits: "2,8", planTied: "layer1.*" },
};

/** Something else than the default. */
function another(key: ControlKey): string {
  const control: Control = controls[key];
  switch (control.kind) {
    case "number":
      return String(control.default === control.min ? control.max : control.min);
    case "choice":
      return control.options[control.options.length - 1].value;
    case "name":
      return TEXTS[key];
  }
}

const hash = (page: Page) => page.evaluate(() => location.hash);

test("every control is read from a pasted link and written into the address, and Back and Forward change it", async ({
  page,
}) => {
  await open(page);
  const links: string[] = [];
  for (const key of controlKeys) {
    const link = `#${new URLSearchParams({ [controls[key].url]: another(key) })}`;
    // A key that means nothing: the page writes the address anew from what it has read.
    await page.evaluate((text) => {
      location.hash = text;
    }, `${link}&zz=1`);
    await expect.poll(() => hash(page), key).toBe(link);
    links.push(link);
  }
  expect(links.length).toBeGreaterThan(50);
  for (const link of links.slice(-4, -1).toReversed()) {
    await page.goBack();
    await expect.poll(() => hash(page)).toBe(link);
  }
  await page.goForward();
  await expect.poll(() => hash(page)).toBe(links.at(-3));
  await expect(page.locator(".notice")).toHaveCount(0);
});

test("the copied link draws the same figure in another window", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, "#model=resnet20-noskip");
  await page.getByRole("slider", { name: "Smoothing" }).fill("2.5");
  await page.getByRole("group", { name: "Density axis" }).getByText("linear").click();
  await button(page, /^λ₂$/).click();
  await button(page, "keep as A").click();
  await button(page, "Copy link").click();
  await expect(button(page, "Link copied")).toBeVisible();
  const other = await context.newPage();
  await other.goto(await page.evaluate(() => navigator.clipboard.readText()));
  await expect(shownCurve(other)).toBeVisible();
  for (const part of ['[data-curve="shown"]', ".slice-chart path"])
    await expect(other.locator(part).first()).toHaveAttribute(
      "d",
      (await page.locator(part).first().getAttribute("d")) ?? "",
    );
  expect(await other.locator(".eigen").innerText()).toBe(await page.locator(".eigen").innerText());
});

/** What stands beside a control where that is not its label. */
const SHOWN_AS: Partial<Record<ControlKey | "run", string>> = {
  ...{ width: "Smoothing", smoothing: "PyHessian", planBudget: "Budget", pruneKept: "Keep" },
  ...{ compare: "keep as A", run: "Run on this GPU", lessonStep: "Product", shortcuts: "Keys" },
};

/** Every name that a control in sight has. */
const names = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("label, legend, [aria-label], button:not(th *), fieldset > .lead")].flatMap(
      (element) => [element.getAttribute("aria-label") ?? "", (element.textContent ?? "").trim()],
    ),
  );

test("the link hides every control that is in sight anywhere", async ({ page }) => {
  const run = fullRun();
  const answers = [
    ...(run.answers ?? []).filter(({ kind }) => kind !== "plan"),
    { kind: "plan", answer: samplePlan(tableRequest(defaultValues)) },
    { kind: "prune", answer: samplePrune({ tensors: [], budget: null, probes: 4, measure: false }) },
  ];
  await page.route("**/models/resnet20/run.json", (route) => route.fulfill({ json: { ...run, answers } }));
  const views = [
    ...["spectrum", "spectrum&draw=random", "layers&cost=bops&scale=group", "compare", "study"],
    ...["landscape", "landscape&along=random", "learn", "learn&lesson=power"],
  ];
  const seen = async (more: string): Promise<Set<string>> => {
    const found = new Set<string>();
    for (const view of views) {
      await page.goto(`./#panel=${view}${more}`);
      await expect(page.locator("main .card.waiting")).toHaveCount(0);
      await expect(page.locator("main h2").first()).toBeVisible();
      for (const name of await names(page)) found.add(name);
    }
    return found;
  };
  const keys = [...controlKeys, "run" as const];
  const nameOf = (key: ControlKey | "run") => SHOWN_AS[key] ?? (key === "run" ? key : controls[key].label);
  const all = await seen("");
  const shown = keys.filter((key) => all.has(nameOf(key)));
  expect(shown.length, shown.join(", ")).toBeGreaterThan(40);
  const hide = keys.filter((key) => key !== "hide").map((key) => (key === "run" ? key : controls[key].url));
  const left = await seen(`&hide=${hide.join(",")}`);
  expect(shown.filter((key) => left.has(nameOf(key)))).toEqual([]);
});
