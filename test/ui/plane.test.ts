import { describe, expect, it } from "vitest";
import { findPlane, planePoints, planeRequest } from "../../src/store/plane.ts";
import { isoSegments, planeGeometry } from "../../src/ui/charts/planeGeometry.ts";
import { planeCsv } from "../../src/ui/export/tables.ts";
import { finished, silent } from "../run/host.ts";
import { createFakeEngine } from "./fakeEngine.ts";
import { sampleRun } from "./sampleRun.ts";

const frame = { left: 10, right: 110, top: 0, bottom: 100 };

async function measured(points: number) {
  const engine = createFakeEngine(sampleRun());
  return finished(await engine.landscape(planeRequest(sampleRun(), points), silent));
}

describe("lines of equal loss", () => {
  const steps = Array.from({ length: 21 }, (_, i) => i / 10 - 1);
  const grid = (f: (a: number, b: number) => number) => steps.flatMap((a) => steps.map((b) => f(a, b)));

  it("of a bowl lie on its circle and close", () => {
    // No value of the grid lies on the line itself.
    const level = 0.47;
    const radius = Math.sqrt(level);
    const bowl = grid((a, b) => a * a + b * b);
    const found = isoSegments(steps, steps, bowl, level);
    for (const [a, b] of found.flat()) expect(Math.abs(Math.hypot(a, b) - radius)).toBeLessThan(0.005);
    const length = found.reduce((sum, [p, q]) => sum + Math.hypot(p[0] - q[0], p[1] - q[1]), 0);
    expect(length / (2 * Math.PI * radius)).toBeCloseTo(1, 2);
    const ends = new Map<string, number>();
    for (const [a, b] of found.flat()) {
      const key = `${a.toFixed(9)},${b.toFixed(9)}`;
      ends.set(key, (ends.get(key) ?? 0) + 1);
    }
    expect([...ends.values()].every((n) => n === 2)).toBe(true);
  });

  it("of a saddle do not cross, and end where nothing was measured", () => {
    const found = isoSegments([0, 1], [0, 1], [1, 0, 0, 1], 0.4);
    expect(found).toHaveLength(2);
    // The mean is above the level: the high corners (0,0) and (1,1) are joined, each line cuts off a low one.
    for (const [p, q] of found) {
      const corner = p[0] + q[0] > p[1] + q[1] ? [1, 0] : [0, 1];
      for (const [a, b] of [p, q]) expect(Math.hypot(a - corner[0], b - corner[1])).toBeCloseTo(0.4, 9);
    }
    expect(isoSegments([0, 1], [0, 1], [1, null, 0, 1], 0.4)).toEqual([]);
  });
});

describe("a plane", () => {
  it("fills its frame with one cell a point, brighter where the loss is larger", async () => {
    const plane = findPlane(await measured(5));
    if (plane === null) throw new Error("expected a plane");
    const shape = planeGeometry(planePoints(plane), frame);
    if (shape === null) throw new Error("expected a figure");
    expect(shape.cells).toHaveLength(25);
    const area = shape.cells.reduce((sum, { width, height }) => sum + width * height, 0);
    expect(area).toBeCloseTo(100 * 100, 0);
    expect(shape.centre).toEqual([60, 50]);
    const losses = plane.loss as number[];
    const [least, most] = [Math.min(...losses), Math.max(...losses)].map((l) => losses.indexOf(l));
    expect(shape.cells[least].fill).toBe(shape.scale[0].fill);
    expect(shape.cells[most].fill).toBe(shape.scale[4].fill);
    expect(shape.cells.every((cell) => cell.measured)).toBe(true);
    expect(shape.lines).toMatch(/^M/);
    expect(shape.predicted).not.toBe(shape.lines);
  });

  it("is drawn from the nearest points while it is coarse, and not at all before the first", async () => {
    const plane = findPlane(await measured(5));
    if (plane === null) throw new Error("expected a plane");
    const only = { ...plane, loss: plane.loss.map((loss, place) => (place === 12 ? loss : null)) };
    const shape = planeGeometry(planePoints(only), frame);
    expect(shape?.cells.map((cell) => cell.measured).filter(Boolean)).toHaveLength(1);
    expect(new Set(shape?.cells.map(({ fill }) => fill)).size).toBe(1);
    const none = { ...plane, loss: plane.loss.map(() => null) };
    expect(planeGeometry(planePoints(none), frame)).toBe(null);
  });

  it("leaves as a table with the residual of the prediction", async () => {
    const plane = findPlane(await measured(3));
    if (plane === null) throw new Error("expected a plane");
    const lines = planeCsv(planePoints(plane)).trimEnd().split("\r\n");
    expect(lines[0]).toBe("a,b,loss,accuracy,predicted,residual");
    expect(lines).toHaveLength(10);
    for (const line of lines.slice(1)) {
      const [a, b, loss, , predicted, residual] = line.split(",").map(Number);
      expect(loss - predicted).toBeCloseTo(residual, 12);
      // What the fake engine adds to its quadratic.
      expect(residual).toBeCloseTo(Math.abs(a) ** 3 + Math.abs(b) ** 3, 9);
    }
  });
});
