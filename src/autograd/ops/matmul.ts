import { type Attrs, type Shape, sizeOf } from "../../model/graph.ts";
import { bilinear } from "./families.ts";
import { fail, integer, type Random, sameShape, ulps } from "./op.ts";

interface Dims {
  readonly batch: Shape;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly ta: boolean;
  readonly tb: boolean;
}

function dims([a, b]: readonly Shape[], { ta, tb }: Attrs): Dims {
  if (typeof ta !== "boolean" || typeof tb !== "boolean")
    return fail("attributes ta and tb must be booleans");
  if (a.length < 2 || b.length < 2) return fail("operands need at least two axes");
  const [m, k] = ta ? [a[a.length - 1], a[a.length - 2]] : a.slice(-2);
  const [kb, n] = tb ? [b[b.length - 1], b[b.length - 2]] : b.slice(-2);
  if (k !== kb) fail(`inner sizes differ: ${k} on the left, ${kb} on the right`);
  if (!sameShape(a.slice(0, -2), b.slice(0, -2))) fail("leading axes must be equal");
  return { batch: a.slice(0, -2), m, k, n, ta, tb };
}

/**
 * `{ta, tb}`: [..., m, k] x [..., k, n] -> [..., m, n] with equal leading axes; ta and tb say that the last two
 * axes of that operand are stored the other way round.
 */
export const matmul = bilinear("matmul", {
  kind: "matmul",
  tolerance: ulps(32),
  shape: (shapes, attrs) => {
    const { batch, m, n } = dims(shapes, attrs);
    return [...batch, m, n];
  },
  f64: ([a, b], shapes, attrs, shape) => {
    const { batch, m, k, n, ta, tb } = dims(shapes, attrs);
    const [am, ak] = ta ? [1, m] : [k, 1];
    const [bk, bn] = tb ? [1, k] : [n, 1];
    const out = new Float64Array(sizeOf(shape));
    for (let s = 0; s < sizeOf(batch); s++)
      for (let i = 0; i < m; i++)
        for (let l = 0; l < k; l++) {
          const value = a[s * m * k + i * am + l * ak];
          const row = (s * m + i) * n;
          const from = s * k * n + l * bk;
          for (let j = 0; j < n; j++) out[row + j] += value * b[from + j * bn];
        }
    return out;
  },
  left: (g, { inputs: [, b], attrs: { ta, tb } }, dy) =>
    ta ? g.op("matmul", [b, dy], { ta: tb, tb: true }) : g.op("matmul", [dy, b], { ta: false, tb: !tb }),
  right: (g, { inputs: [a], attrs: { ta, tb } }, dy) =>
    tb ? g.op("matmul", [dy, a], { ta: true, tb: ta }) : g.op("matmul", [a, dy], { ta: !ta, tb: false }),
  examples: (random: Random) =>
    [false, true].flatMap((ta) =>
      [false, true].map((tb) => {
        const [s, m, k, n] = [2, 6, 6, 6].map((high) => integer(random, 1, high));
        const lead = ta === tb ? [] : [s];
        return {
          shapes: [
            [...lead, ...(ta ? [k, m] : [m, k])],
            [...lead, ...(tb ? [n, k] : [k, n])],
          ],
          attrs: { ta, tb },
        };
      }),
    ),
});
