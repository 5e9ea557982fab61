import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { RunResult } from "../../src/run/protocol.ts";
import { controls } from "../../src/store/controls.ts";
import { decodeLink } from "../../src/store/link.ts";
import { lossAt, massNearZero, sliceAlong } from "../../src/ui/tours/facts.ts";
import { stopLink, TARGETS } from "../../src/ui/tours/tour.ts";
import { TOURS, tourNames } from "../../src/ui/tours/tours.ts";
import { sampleRun } from "./sampleRun.ts";

const stored = new Map<string, RunResult>();
function run(id: string): RunResult {
  const known = stored.get(id) ?? JSON.parse(readFileSync(`public/models/${id}/run.json`, "utf8"));
  stored.set(id, known);
  return known;
}

const stops = tourNames.flatMap((name) =>
  TOURS[name].stops.map((stop, i) => ({ name, at: i + 1, stop, title: `${name} ${i + 1}` })),
);

describe("the guided tours", () => {
  test("are those that the link can name", () => {
    expect(controls.tour.options.map(({ value }) => value)).toEqual(["none", ...tourNames]);
    for (const name of tourNames) expect(TOURS[name].stops.length).toBeLessThanOrEqual(controls.tourStep.max);
  });

  test.each(stops)("$title says what the stored runs bear out", ({ stop }) => {
    const { text, claims } = stop.say(...stop.runs.map(run));
    expect(Object.keys(claims).length).toBeGreaterThan(0);
    for (const [claim, holds] of Object.entries(claims)) expect([claim, holds]).toEqual([claim, true]);
    expect(text).not.toMatch(/NaN|undefined|Infinity|null/);
    expect(text.length).toBeLessThan(480);
    expect(text.endsWith(".")).toBe(true);
  });

  test.each(stops)("$title is a link that the page understands", ({ name, at, stop }) => {
    const link = stopLink(name, at, stop, { hide: "steps,run", theme: "projector" });
    const { values, problems } = decodeLink(link);
    expect(problems).toEqual([]);
    expect(values).toMatchObject({ ...stop.link, tour: name, tourStep: at, hide: "steps,run" });
    expect(link).toContain("theme=projector");
    // The first run that is spoken of is the one in sight.
    expect(values.model === stop.runs[0] || values.panel === "study").toBe(true);
  });

  test("point at cards for which there is a frame", () => {
    const css = readFileSync("src/ui/styles/tour.css", "utf8");
    for (const target of TARGETS) expect(css).toContain(`:root[data-toured="${target}"] .${target}`);
    for (const { stop } of stops) expect(TARGETS).toContain(stop.target);
  });

  test("would say so if another run stood in the place of the stored one", () => {
    const other = sampleRun();
    const { claims } = TOURS.bulk.stops[0].say(other);
    expect(Object.values(claims)).toContain(false);
  });
});

describe("the facts behind them", () => {
  test("read a slice at its nearest step, and the mass of the bulk from the quadrature", () => {
    const sample = sampleRun();
    expect(lossAt(sample.slices[0], 0.45)).toBe(sample.slices[0].loss[2]);
    // 0.4 = 40/100 bounds the nodes of each probe: weights 0.9, and 0.9 of the second.
    expect(massNearZero(sample, 0.01)).toBeCloseTo(0.9, 12);
    expect(() => sliceAlong(sample, "top9")).toThrow("internal: the stored run has no top9");
  });
});
