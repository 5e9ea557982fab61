import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  broadcastView,
  denseLayout,
  type Halo,
  isVec4,
  reshapeView,
  sliceView,
  transposeView,
  type View,
} from "../../src/gpu/view.ts";

/** A view and, beside it, what it should show: the shape and the element numbers in row-major order. */
interface Shown {
  readonly view: View;
  readonly elements: readonly number[];
}

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** All coordinates of a shape, in row-major order. */
function coordinates(shape: readonly number[]): number[][] {
  return Array.from({ length: product(shape) }, (_, i) => {
    let rest = i;
    return shape.map((_size, d) => {
      const below = product(shape.slice(d + 1));
      const c = Math.floor(rest / below);
      rest %= below;
      return c;
    });
  });
}

const addressesOf = ({ shape, strides, offset }: View): number[] =>
  coordinates(shape).map((c) => c.reduce((at, x, d) => at + x * strides[d], offset));

/** A tensor in a slot of its own; element i of the tensor lies at `places[i]`. */
function tensor(shape: readonly number[], halo: Halo): { shown: Shown; places: number[]; floats: number } {
  const { floats, strides, offset, key } = denseLayout(shape, halo);
  const slot = { id: 0, floats, probeStride: 0, layout: key, kind: "temp" } as const;
  const view = { slot, shape, strides, offset };
  return {
    shown: { view, elements: Array.from({ length: product(shape) }, (_, i) => i) },
    places: addressesOf(view),
    floats,
  };
}

const at = (elements: readonly number[], shape: readonly number[], c: readonly number[]): number =>
  elements[c.reduce((i, x, d) => i * shape[d] + x, 0)];

type Step = (shown: Shown) => Shown;

/** A random movement of any tensor, by three numbers. */
const movement = (kind: number, a: number, b: number): Step => {
  const permuted: Step = ({ view, elements }) => {
    const rank = view.shape.length;
    const perm = view.shape.map((_, d) => (d + a) % rank);
    const moved = transposeView(view, perm);
    return {
      view: moved,
      elements: coordinates(moved.shape).map((c) => {
        const old = new Array<number>(rank);
        perm.forEach((p, d) => {
          old[p] = c[d];
        });
        return at(elements, view.shape, old);
      }),
    };
  };
  const sliced: Step = ({ view, elements }) => {
    const start = view.shape.map((n, d) => (a * (d + 1)) % n);
    const step = view.shape.map((_, d) => 1 + ((b + d) % 2));
    const size = view.shape.map((n, d) => Math.ceil((n - start[d]) / step[d]));
    const moved = sliceView(view, start, size, step);
    return {
      view: moved,
      elements: coordinates(size).map((c) =>
        at(
          elements,
          view.shape,
          c.map((x, d) => start[d] + x * step[d]),
        ),
      ),
    };
  };
  const broadcast: Step = ({ view, elements }) => {
    const shape = [1 + (a % 3), ...view.shape.map((n) => (n === 1 ? 1 + (b % 3) : n))];
    return {
      view: broadcastView(view, shape),
      elements: coordinates(shape).map((c) =>
        at(
          elements,
          view.shape,
          c.slice(1).map((x, d) => (view.shape[d] === 1 ? 0 : x)),
        ),
      ),
    };
  };
  const reshaped: Step = ({ view, elements }) => {
    const total = product(view.shape);
    const divisors = Array.from({ length: total }, (_, i) => i + 1).filter((d) => total % d === 0);
    const first = divisors[a % divisors.length];
    const others = divisors.filter((d) => (total / first) % d === 0);
    const second = others[b % others.length];
    const moved = reshapeView(view, [first, second, total / first / second]);
    return moved === null ? { view, elements } : { view: moved, elements };
  };
  return [permuted, sliced, broadcast, reshaped][kind];
};

const shapes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 });
const side = fc.integer({ min: 0, max: 2 });
const halos = fc.tuple(side, side, side, side);
const moves = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 3 }), fc.nat(20), fc.nat(20)).map((m) => movement(...m)),
  { maxLength: 4 },
);

describe("a view", () => {
  it("shows the right elements after any chain of transposes, slices, broadcasts and reshapes", () => {
    fc.assert(
      fc.property(shapes, halos, moves, (shape, halo, steps) => {
        const { shown, places } = tensor(shape, halo);
        let now = shown;
        for (const step of steps) {
          if (product(now.view.shape) > 2000) break;
          now = step(now);
        }
        expect(addressesOf(now.view)).toEqual(now.elements.map((e) => places[e]));
      }),
      { numRuns: 400 },
    );
  });

  it("that counts as vec4 has four neighbours at every aligned place, inside the slot", () => {
    fc.assert(
      fc.property(shapes, halos, moves, (shape, halo, steps) => {
        const { shown, floats } = tensor(shape, halo);
        let { view } = shown;
        let now = shown;
        for (const step of steps) {
          if (product(now.view.shape) > 2000) break;
          now = step(now);
          view = now.view;
        }
        if (!isVec4(view)) return;
        const addresses = addressesOf(view);
        coordinates(view.shape).forEach((c, i) => {
          if (c[c.length - 1] % 4 !== 0) return;
          expect(addresses[i] % 4).toBe(0);
          expect(addresses[i] + 4).toBeLessThanOrEqual(floats);
        });
      }),
      { numRuns: 400 },
    );
  });
});

describe("a dense slot", () => {
  it("gives each element a place of its own, leaves the halo around it, and is a row of vec4s", () => {
    fc.assert(
      fc.property(shapes, halos, (shape, halo) => {
        const { shown, places, floats } = tensor(shape, halo);
        expect(new Set(places).size).toBe(places.length);
        expect(Math.max(...places)).toBeLessThan(floats);
        expect(floats % 4).toBe(0);
        expect(isVec4(shown.view)).toBe(true);
        if (shape.length !== 4) return;
        const [n, h, w, c] = shape;
        const [top, left, bottom, right] = halo;
        expect(floats).toBe(n * (h + top + bottom) * (w + left + right) * 4 * Math.ceil(c / 4));
      }),
    );
  });

  it("has another layout key for another halo or another spare lane, since zeros lie elsewhere", () => {
    const key = (shape: number[], halo: Halo) => denseLayout(shape, halo).key;
    const keys = [
      key([2, 5, 5, 8], [0, 0, 0, 0]),
      key([2, 5, 5, 7], [0, 0, 0, 0]),
      key([2, 5, 5, 8], [1, 1, 1, 1]),
      key([2, 5, 5, 8], [2, 2, 0, 0]),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("a reshape", () => {
  const contiguous = tensor([3, 4, 8], [0, 0, 0, 0]).shown.view;

  it("of a contiguous tensor needs no copy", () => {
    for (const shape of [[96], [12, 8], [3, 32], [2, 6, 2, 4], [1, 96, 1]])
      expect(reshapeView(contiguous, shape)).not.toBeNull();
  });

  it("across padded rows, a halo or a transposition needs one", () => {
    expect(reshapeView(tensor([3, 4, 7], [0, 0, 0, 0]).shown.view, [84])).toBeNull();
    expect(reshapeView(tensor([1, 4, 4, 8], [1, 1, 1, 1]).shown.view, [16, 8])).toBeNull();
    expect(reshapeView(transposeView(contiguous, [1, 0, 2]), [12, 8])).toBeNull();
  });

  it("may drop and add axes of length one anywhere", () => {
    const padded = tensor([1, 5, 1, 7], [0, 0, 0, 0]).shown.view;
    const view = reshapeView(padded, [5, 7]) as View;
    expect(addressesOf(view)).toEqual(addressesOf(padded));
    expect(isVec4(view)).toBe(true);
    expect(isVec4(reshapeView(view, [1, 5, 1, 7]) as View)).toBe(true);
  });
});
