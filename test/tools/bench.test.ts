import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { measureCompilation } from "../../bench/compilation.ts";
import { countProduct } from "../../bench/counts.ts";
import { performanceText } from "../../bench/docs.ts";
import { loadJax, peerOn } from "../../bench/jax/peer.ts";
import { type Generated, problemOf } from "../../bench/models/generated.ts";
import { convolutions, perceptron } from "../../bench/models/nets.ts";
import { direction, measureProducts } from "../../bench/products.ts";
import { measureProfile } from "../../bench/profile.ts";
import type { Results } from "../../bench/results.ts";
import { dawnEntry } from "../gpu/dawn.ts";
import { inFloat64, relativeError } from "../gpu/examples.ts";

const tiny = perceptron(3, [6, 5, 4, 10]);
const caseOf = (net: Generated) => ({ ...net, problem: problemOf(net) });

describe("the bench", () => {
  it("measures a product", async () => {
    const row = await measureProducts(dawnEntry(), caseOf(tiny), 1);
    for (const value of [
      row.hvpMs,
      row.gradientMs,
      row.coldMs,
      row.ceilingGflops,
      row.copyGBs,
      row.ofCeiling,
      row.ofReference,
    ])
      expect(value).toBeGreaterThan(0);
    expect(row.coldMs).toBeGreaterThan(row.createMs);
    expect(row.dispatches).toBeGreaterThan(0);
    expect(row.submits).toBeGreaterThan(0);
  });

  it("counts what a product takes, without a GPU", () => {
    const row = countProduct(caseOf(tiny));
    expect(row.parameters).toBe(6 * 5 + 5 + 5 * 4 + 4 + 4 * 10 + 10);
    expect(row.forwardFlops).toBe(2 * 3 * (6 * 5 + 5 * 4 + 4 * 10));
    expect(row.hvpFlops).toBe(2 * 3 * (2 * 6 * 5 + 6 * (5 * 4 + 4 * 10)));
    expect(row.hvpPerGradientBytes).toBeGreaterThan(1);
    expect(row.pipelines).toBeLessThanOrEqual(row.dispatches + row.primalDispatches);
  });

  it("tells where the time of a product goes", async () => {
    const row = await measureProfile(dawnEntry(), caseOf(tiny), 1);
    expect(row.kernels.length).toBeGreaterThan(0);
    const shares = row.kernels.reduce((sum, { share }) => sum + share, 0);
    expect(shares).toBeGreaterThan(0.5);
    expect(shares).toBeLessThanOrEqual(1 + 1e-9);
  });

  it("tells how long its pipelines compile", async () => {
    const row = await measureCompilation(dawnEntry(), caseOf(tiny));
    expect(row.pipelines).toBeGreaterThan(1);
    expect(row.slowestMs).toBeGreaterThan(0);
    expect(row.slowestMs).toBeLessThanOrEqual(row.compileMs);
    expect(row.togetherMs).toBeGreaterThan(0);
  });

  it.each([
    ["perceptrons", tiny],
    ["convolutions", convolutions(1, 4)],
  ])("gives jax-js the same %s, to the last derivative", async (_, net) => {
    const v = direction(net.parameters.length);
    const peer = await peerOn(await loadJax(dawnEntry(), "wasm"), net, v);
    expect(relativeError(await peer.result("linearize"), inFloat64(net, v).hv)).toBeLessThan(1e-5);
  });
});

describe("docs/performance.md", () => {
  const docs = new URL("../../docs/", import.meta.url);
  const path = new URL("performance.json", docs);

  it("is what the script writes from docs/performance.json", () => {
    expect(existsSync(path)).toBe(true);
    const results = JSON.parse(readFileSync(path, "utf8")) as Results;
    expect(readFileSync(new URL("performance.md", docs), "utf8")).toBe(performanceText(results));
  });

  it("names goals that are missed among what loses", () => {
    const results = JSON.parse(readFileSync(path, "utf8")) as Results;
    const text = performanceText(results);
    const missed = text.split("\n").filter((line) => line.includes("**missed**"));
    const losing = text.slice(text.indexOf("## Where it loses"), text.indexOf("## What a product takes"));
    for (const line of missed) expect(losing).toContain(`- ${line.split(" | ")[0].slice(2)}:`);
  });
});
