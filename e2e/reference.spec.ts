import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { drop, expect, modelChoice, open, test } from "./page.ts";

/** Real checkpoints and data, dropped as a researcher would drop them. They lie beside the project, where they exist. */
const folder = "../shared/reference";
const present = existsSync(folder);
const file = (path: string) => ({ name: basename(path), bytes: readFileSync(`${folder}/${path}`) });
const golden = (name: string) => JSON.parse(readFileSync(`${folder}/goldens/${name}.json`, "utf8"));

const sentences = "data/sst2_dev_000_031.npz";
const images = "data/cifar10_test_000_015.npz";

/** Files, samples, parameters and the loss in float64. */
const cases = present
  ? ([
      [
        "BERT with its config.json",
        ["models/bert_tiny_sst2/model.safetensors", "models/bert_tiny_sst2/config.json", sentences],
        32,
        "4,386,178",
        golden("bert_eigs").loss_value,
      ],
      [
        "BERT as ONNX",
        ["onnx/bert_tiny_sst2_eval.onnx", sentences],
        32,
        null,
        golden("bert_eigs").loss_value,
      ],
      [
        "ResNet-20 as safetensors",
        ["models/resnet20_cifar10/model.safetensors", images],
        16,
        "269,722",
        golden("resnet20_eval_000_015").loss_f64,
      ],
      [
        "ResNet-20 as ONNX with its BatchNorm",
        ["onnx/resnet20_preserve_nofold.onnx", images],
        16,
        "269,722",
        golden("resnet20_eval_000_015").loss_f64,
      ],
    ] as const)
  : [];

test.describe("the reference set", () => {
  test.skip(!present, "../shared/reference is absent");

  for (const [title, files, samples, parameters, loss] of cases) {
    test(`${title}, dropped in one go, gives the loss of float64`, async ({ page }) => {
      await open(page, `#n=${samples}`);
      await drop(page, files.map(file));
      await expect(modelChoice(page)).toHaveValue("file");
      const facts = page.locator(".facts");
      if (parameters !== null) await expect(facts).toContainText(parameters);
      await expect(facts).toContainText(`over ${samples} `, { timeout: 120_000 });
      const shown = await facts.locator("dt:has-text('Loss') + dd").textContent();
      // Five digits are shown.
      expect(Math.abs(Number.parseFloat(shown ?? "") / loss - 1)).toBeLessThan(6e-5);
    });
  }
});
