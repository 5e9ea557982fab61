import { describe, expect, it } from "vitest";
import { readNpz } from "../../src/model/npz.ts";
import { defaultValues } from "../../src/store/controls.ts";
import {
  chosenLandscape,
  curvaturesOf,
  type Field,
  fieldOf,
  gridPoints,
  landscapeRequest,
  noCheckpoints,
  valuesOf,
} from "../../src/store/landscapes.ts";
import type { Landscape } from "../../src/store/state.ts";
import { isoSegments, joined, planeGeometry } from "../../src/ui/charts/planeGeometry.ts";
import { shadesOf } from "../../src/ui/charts/shades.ts";
import { cameraOf, surfaceShape } from "../../src/ui/charts/surface.ts";
import { paintSurface, type SvgPart, surfaceParts } from "../../src/ui/charts/surfaceDraw.ts";
import { landscapeCsv, landscapeNpz } from "../../src/ui/export/tables.ts";
import { seeded } from "../autograd/seeded.ts";
import { finished, silent } from "../run/host.ts";
import { createFakeEngine } from "./fakeEngine.ts";
import { sampleRun } from "./sampleRun.ts";

const frame = { left: 10, right: 110, top: 0, bottom: 100 };
const wide = { left: 0, right: 800, top: 0, bottom: 600 };

async function measured(points: number, wanted: Partial<typeof defaultValues> = {}): Promise<Landscape> {
  const engine = createFakeEngine(sampleRun());
  const asked = landscapeRequest(
    { ...defaultValues, landscapePoints: points, ...wanted },
    sampleRun(),
    noCheckpoints,
  );
  if (!asked.ok) throw new Error(asked.problem);
  const found = finished(await engine.landscape(asked.request, silent)).landscapes?.at(-1);
  if (found === undefined) throw new Error("expected a landscape");
  return found;
}

/** A field of its own, complete. */
function fieldOver(n: number, f: (a: number, b: number) => number, value: Field["value"] = "loss"): Field {
  const steps = Array.from({ length: n }, (_, i) => (2 * i) / (n - 1) - 1);
  const complete = [steps, steps].map((along) => [...along.keys()]);
  const values = steps.flatMap((a) => steps.map((b) => f(a, b)));
  return { value, steps: [steps, steps], complete, values, predicted: values };
}

/** As it stands in a file. */
const written = (parts: readonly SvgPart[]): string =>
  parts
    .map(({ name, attributes, inside = [] }) => {
      const text = Object.entries(attributes).map(([key, value]) => ` ${key}="${value}"`);
      return `<${name}${text.join("")}>${written(inside)}</${name}>`;
    })
    .join("");

function shades(field: Field, log = true) {
  const found = shadesOf(field, log);
  if (found === null) throw new Error("expected colours");
  return found;
}

describe("what is asked of the engine", () => {
  const ask = (wanted: Partial<typeof defaultValues>, files = noCheckpoints) =>
    landscapeRequest({ ...defaultValues, ...wanted }, sampleRun(), files);

  it("is the plane of the two largest eigenvalues unless the controls say otherwise", () => {
    expect(ask({})).toEqual({
      ok: true,
      request: {
        axes: [0, 1].map((place) => ({
          direction: { kind: "ritz", end: "top", place },
          ...{ from: -0.5, to: 0.5, points: 11 },
        })),
        bn: sampleRun().settings.bn,
      },
    });
  });

  it("takes random directions, the gradient, BatchNorm anew, and the way to a checkpoint and beyond", () => {
    const files = { ...noCheckpoints, across: [{ name: "other.safetensors", bytes: new Uint8Array(1) }] };
    const wanted = { along: "random", across: "checkpoint", landscapeSeed: 7 };
    const asked = ask(
      { ...wanted, oneDimensional: "scaled", landscapeRadius: 0.25, landscapeNorm: "batch" },
      files,
    );
    expect(asked).toMatchObject({ ok: true, request: { bn: "batch" } });
    expect(asked.ok && asked.request.axes).toMatchObject([
      { direction: { kind: "random", seed: 7, oneDimensional: "scaled" }, from: -0.25, to: 0.25 },
      { direction: { kind: "checkpoint", files: files.across }, from: -0.25, to: 1.25 },
    ]);
    const line = ask({ landscapeShape: "line", along: "gradient" });
    expect(line.ok && line.request.axes.map(({ direction }) => direction.kind)).toEqual(["gradient"]);
  });

  it.each([
    [{ across: "checkpoint" }, "Choose the file of the other checkpoint (across), or drop it there."],
    [{ along: "bottom9" }, "The run has no eigenvalue 9 at its bottom."],
    [{ along: "gradient", across: "gradient" }, "A plane needs two different directions."],
  ])("is refused in words: %#", (wanted, problem) => {
    expect(ask(wanted)).toEqual({ ok: false, problem });
  });
});

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

  it("are joined from end to end", () => {
    const lines = joined(
      isoSegments(
        steps,
        steps,
        grid((a, b) => a * a + b * b),
        0.47,
      ),
    );
    expect(lines).toHaveLength(1);
    expect(lines[0][0]).toEqual(lines[0].at(-1));
    const straight = joined(
      isoSegments(
        steps,
        steps,
        grid((a) => a),
        0.03,
      ),
    );
    expect(straight.map((line) => line.length)).toEqual([21]);
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

describe("a map", () => {
  it("fills its frame, brighter where the loss is larger, and one colour is one path", async () => {
    const field = fieldOf(await measured(5), "loss");
    const shape = planeGeometry(field, shades(field), frame);
    const boxes = shape.cells.flatMap(({ d }) => [...d.matchAll(/h(\d+)v(\d+)/g)]);
    expect(boxes.reduce((sum, [, w, h]) => sum + Number(w) * Number(h), 0)).toBe(100 * 100);
    expect(new Set(shape.cells.map(({ fill }) => fill)).size).toBe(shape.cells.length);
    expect(shape.at(0, 0)).toEqual([60, 50]);
    expect([shape.xs[0], shape.ys[0]]).toEqual([20, 90]);
    const { ticks, colour } = shades(field);
    const losses = field.values as number[];
    expect([Math.min(...losses), Math.max(...losses)].map(colour)).toEqual([ticks[0].fill, ticks[4].fill]);
    expect(shape.lines).toMatch(/^M/);
    expect(shape.predicted).not.toBe(shape.lines);
  });

  it("is drawn from the nearest points while it is coarse, with lines over what is complete", async () => {
    const plane = await measured(5);
    const coarse = (measuredSoFar: number, places: readonly number[]) =>
      fieldOf(
        {
          ...plane,
          measured: measuredSoFar,
          loss: plane.loss.map((loss, place) => (places.includes(place) ? loss : null)),
        },
        "loss",
      );
    const one = coarse(1, [12]);
    const shape = planeGeometry(one, shades(one), frame);
    expect(shape.cells.map(({ measured: known }) => known).sort()).toEqual([false, true]);
    expect(new Set(shape.cells.map(({ fill }) => fill)).size).toBe(1);
    expect(shape.lines).toBe("");
    const nine = coarse(10, [12, 0, 2, 4, 10, 14, 20, 22, 24, 1]);
    expect(nine.complete).toEqual([
      [0, 2, 4],
      [0, 2, 4],
    ]);
    expect(planeGeometry(nine, shades(nine), frame).lines).toMatch(/^M/);
    expect(shadesOf(coarse(0, []), true)).toBe(null);
  });

  it("of 101 x 101 points stays a small figure", () => {
    const field = fieldOver(101, (a, b) => 0.2 + 60 * a * a + 40 * b * b + 5 * Math.sin(9 * a * b));
    const { cells, lines, predicted } = planeGeometry(field, shades(field), wide);
    const size = cells.reduce((sum, { d }) => sum + d.length, 0) + 2 * lines.length + predicted.length;
    expect(size).toBeLessThan(90_000);
  });

  it("colours residuals by their sign, with zero in the middle", () => {
    const field = fieldOver(5, (a) => (a < 0 ? 4 * a : a), "residual");
    const { at, colour, ticks } = shades(field);
    expect([at(0), at(0.5), at(1)]).toEqual([-4, 0, 4]);
    expect(ticks.map(({ label }) => label)).toEqual(["−4", "−1", "0", "1", "4"]);
    expect(colour(-4)).toBe("rgb(0, 114, 178)");
    expect(colour(4)).toBe("rgb(213, 94, 0)");
  });
});

describe("a surface", () => {
  const views = [-180, -120, -30, 35, 80, 150].flatMap((turn) => [5, 35, 85].map((tilt) => ({ turn, tilt })));
  const field = fieldOver(7, (a, b) => 1 + 3 * a * a + b * b + a);

  it.each(views)("turned by $turn and seen from $tilt degrees lies in its frame, far faces first", (view) => {
    const shape = surfaceShape(field, shades(field), ["v₁", "v₂"], view, wide);
    expect(shape.faces).toHaveLength(36);
    for (const [x, y] of shape.faces.flatMap(({ corners }) => corners)) {
      expect(x).toBeGreaterThanOrEqual(-1e-9);
      expect(x).toBeLessThanOrEqual(800 + 1e-9);
      expect(y).toBeGreaterThanOrEqual(-1e-9);
      expect(y).toBeLessThanOrEqual(600 + 1e-9);
    }
    // No face is drawn before the neighbour that it stands in front of.
    const flat = fieldOver(7, () => 1);
    const { depth } = cameraOf(view, wide);
    const away = [Math.sign(depth(1, 0)), Math.sign(depth(0, 1))];
    const drawn = surfaceShape(flat, shades(flat), ["a", "b"], view, wide).faces.map(
      ({ corners }) => corners[0],
    );
    const { project } = cameraOf(view, wide);
    const order = new Map(drawn.map(([x, y], k) => [`${x.toFixed(6)},${y.toFixed(6)}`, k]));
    const at = (i: number, j: number) => {
      const [x, y] = project(i / 3 - 1, j / 3 - 1, -1);
      return order.get(`${x.toFixed(6)},${y.toFixed(6)}`) as number;
    };
    for (let k = 0; k < 5; k++) {
      if (away[0] !== 0) expect(Math.sign(at(k, 2) - at(k + 1, 2))).toBe(away[0]);
      if (away[1] !== 0) expect(Math.sign(at(2, k) - at(2, k + 1))).toBe(away[1]);
    }
  });

  it("has the middle of its floor below the weights, and ticks along both near edges", () => {
    const shape = surfaceShape(field, shades(field), ["v₁", "v₂"], { turn: 35, tilt: 35 }, wide);
    expect(shape.weights?.[0]).toBeCloseTo(400, 6);
    const titles = shape.labels.filter(({ title }) => title).map(({ text }) => text);
    expect(titles.sort()).toEqual(["loss", "v₁", "v₂"]);
    expect(shape.labels.filter(({ text }) => text === "0.5")).toHaveLength(2);
  });

  it("leaves as SVG with the very faces that the canvas shows, under 100 kB for any number of points", () => {
    const view = { turn: -70, tilt: 40 };
    const shape = surfaceShape(field, shades(field), ["a", "b"], view, wide);
    const drawn: string[] = [];
    let path = "";
    const context = {
      ...{ setTransform() {}, clearRect() {}, stroke() {} },
      beginPath: () => {
        path = "";
      },
      moveTo: (x: number, y: number) => {
        path += `M${x.toFixed(1)},${y.toFixed(1)}`;
      },
      lineTo: (x: number, y: number) => {
        path += `L${x.toFixed(1)},${y.toFixed(1)}`;
      },
      closePath: () => {
        path += "z";
      },
      fill: () => drawn.push(path),
    };
    const size = { width: 800, height: 600, ratio: 1, lines: "#cccccc" };
    paintSurface(context as unknown as CanvasRenderingContext2D, shape, size);
    const faces = [...written(surfaceParts(shape)).matchAll(/M[^Mz"]+z/g)].map(([d]) =>
      d.replace(/-?\d+(\.\d+)?/g, (n) => Number(n).toFixed(1)),
    );
    expect(faces).toEqual(drawn);
    const random = seeded(1);
    const rough = fieldOver(101, () => random());
    const small = surfaceShape(rough, shades(rough, false), ["a", "b"], view, wide, 30);
    expect(small.faces.length).toBeLessThanOrEqual(900);
    expect(written(surfaceParts(small)).length).toBeLessThan(90_000);
  });

  it("shows what is complete while points are still measured", async () => {
    const plane = await measured(5);
    const few = { ...plane, measured: 11 };
    const coarse = fieldOf(few, "loss");
    expect(surfaceShape(coarse, shades(coarse), ["a", "b"], views[0], wide).faces).toHaveLength(4);
  });
});

describe("a landscape", () => {
  it("has the values that it can show: accuracies need labels, residuals a prediction", async () => {
    const line = await measured(5, { landscapeShape: "line" });
    expect(valuesOf(line)).toEqual(["loss", "accuracy", "residual"]);
    const bare = { ...line, prediction: null, accuracy: line.accuracy.map(() => null) };
    expect(valuesOf(bare)).toEqual(["loss"]);
    expect(fieldOf(bare, "residual").value).toBe("loss");
  });

  it("tells the curvature of its grid beside that of the product", async () => {
    const plane = await measured(5);
    const [first, second] = curvaturesOf(plane);
    expect([first.product, second.product]).toEqual([
      plane.prediction?.curvature[0][0],
      plane.prediction?.curvature[1][1],
    ]);
    // What the fake engine adds to its quadratic is |a|^3: 2 |h|^3 / h^2 more.
    expect(first.grid?.step).toBe(0.25);
    expect((first.grid?.curvature as number) - (first.product as number)).toBeCloseTo(0.5, 9);
  });

  it("is chosen among those of the run by its number, and 0 is the last", async () => {
    const two = [await measured(3), await measured(5)];
    const run = { ...sampleRun(), landscapes: two };
    expect([0, 1, 2, 9].map((number) => chosenLandscape(run, number)?.loss.length)).toEqual([25, 9, 25, 25]);
    expect(chosenLandscape(sampleRun(), 1)).toBe(null);
  });

  it("leaves as a table with the residual of the prediction, and as arrays", async () => {
    const plane = await measured(3);
    const lines = landscapeCsv(gridPoints(plane)).trimEnd().split("\r\n");
    expect(lines[0]).toBe("a,b,loss,accuracy,predicted,residual");
    expect(lines).toHaveLength(10);
    for (const line of lines.slice(1)) {
      const [a, b, loss, , predicted, residual] = line.split(",").map(Number);
      expect(loss - predicted).toBeCloseTo(residual, 12);
      // What the fake engine adds to its quadratic.
      expect(residual).toBeCloseTo(Math.abs(a) ** 3 + Math.abs(b) ** 3, 9);
    }
    const line = await measured(3, { landscapeShape: "line" });
    expect(landscapeCsv(gridPoints(line)).split("\r\n")[0]).toBe("a,loss,accuracy,predicted,residual");
    const arrays = readNpz(landscapeNpz(plane, null), "grid.npz");
    expect([...arrays.keys()].sort()).toEqual(["a", "accuracy", "b", "loss", "predicted"]);
    expect(arrays.get("loss")?.shape).toEqual([3, 3]);
  });
});
