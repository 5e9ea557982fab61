import { bytes, vocabulary } from "../test/model/text/tokenizers.ts";
import { bert } from "../test/run/berts.ts";
import { button, drop, expect, modelChoice, open, shownCurve, status, storedRun, test } from "./page.ts";

test("the bundled BERT has its stored run, its classes, and no setting for BatchNorm", async ({ page }) => {
  const run = storedRun("bert-opinions");
  await open(page);
  const batchNorm = page.getByRole("group", { name: "BatchNorm" });
  await expect(batchNorm).toBeVisible();
  await modelChoice(page).selectOption("bert-opinions");
  await expect(page.getByText(run.meaning.sentence)).toBeVisible();
  await expect(shownCurve(page)).toBeVisible();
  await expect(page.locator(".facts")).toContainText("negative, positive");
  await expect(page.locator(".facts")).toContainText("over 16 sentences");
  await expect(batchNorm).toBeHidden();
});

test("a BERT with its config, its vocabulary and sentences in a TSV, in one drop, becomes a model that runs", async ({
  page,
}) => {
  const sizes = { layers: 1, hidden: 8, heads: 2, intermediate: 12, vocabulary: 9, positions: 6, classes: 2 };
  const config = { num_attention_heads: 2, label2id: { blame: 0, praise: 1 } };
  const sentences = bytes("said\tclass\nGood film\tpraise\nbadly, film\tblame\n");
  await open(page, "#n=2&steps=2&probes=1&trace=1");
  await drop(page, [
    ...bert(sizes, config).files,
    vocabulary("good", "bad", "##ly", "film"),
    { name: "said.tsv", bytes: sentences },
  ]);
  await expect(page.locator(".refusal")).toHaveText(
    "said.tsv: columns: expected sentence, text, or sentence1 and sentence2, file has 2 columns without names. Name the columns in the first line, or choose them.",
  );
  for (const [label, column] of [
    ["Text", "said"],
    ["Label", "class"],
  ]) {
    const field = page.getByLabel(label, { exact: true });
    await field.fill(column);
    await field.press("Enter");
  }
  await expect(modelChoice(page)).toHaveValue("file");
  await expect(page.locator(".facts")).toContainText("blame, praise");
  await button(page, "Run on this GPU").click();
  await expect(status(page)).toContainText("Finished.", { timeout: 180_000 });
  await expect(page.locator(".meaning")).toContainText("over 2 sentences");
});
