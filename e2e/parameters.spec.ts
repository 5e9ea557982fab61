import AxeBuilder from "@axe-core/playwright";
import { button, expect, open, test } from "./page.ts";

test("the parameters of the model: by part in the card, every tensor in a dialog that Escape closes", async ({
  page,
}) => {
  await open(page);
  await expect(page.locator(".parameters")).toContainText(
    "layer3 75.5\u00a0% · layer2 18.9\u00a0% · layer1 5.2\u00a0%",
  );
  await button(page, "All 59 tensors").click();
  const dialog = page.getByRole("dialog", { name: "Parameters of ResNet-20" });
  await expect(dialog).toContainText("layer3.2.conv2.weight");
  await expect(dialog.locator("tbody tr:not(.group)")).toHaveCount(59);
  const { violations } = await new AxeBuilder({ page }).include("dialog").analyze();
  expect(violations).toEqual([]);
  await page.screenshot({ path: "test-results/page/parameters.png" });
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(button(page, "All 59 tensors")).toBeFocused();
});
