import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { openWeights, readWeights } from "../../src/run/weights.ts";

const bytes = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../fixtures/stateDicts/${name}`, import.meta.url)));
const noModels = (): Promise<Uint8Array> => Promise.reject(new Error("no bundled file is asked for"));

async function load(name: string, contents: string) {
  const file = { name, bytes: bytes(contents) };
  const weights = await openWeights({ kind: "files", files: [file], options: {} }, noModels);
  return readWeights(weights, new Map());
}

it("takes .pt, .pth, .th and .bin checkpoints, in any case, for the same network", async () => {
  const files: [string, string][] = [
    ["net.pt", "state-zip.pt"],
    ["NET.PTH", "wrapped-legacy.pt"],
    ["resnet20.th", "net-legacy.pt"],
    ["pytorch_model.bin", "module-zip.pt"],
  ];
  const models = await Promise.all(files.map(([name, contents]) => load(name, contents)));
  for (const { network, warnings } of models) {
    expect(network.architecture.title).toBe(models[0].network.architecture.title);
    expect(network.architecture.family).toBe("mlp");
    expect(network.parameters).toEqual(models[0].network.parameters);
    expect(warnings).toEqual([
      "The file does not say which activation the perceptron uses: relu is assumed.",
    ]);
  }
});

it("refuses a checkpoint with other objects by their name", async () => {
  await expect(load("net.pt", "arguments.pt")).rejects.toThrow(
    /^net\.pt: data\.pkl: .*global argparse\.Namespace/,
  );
});
