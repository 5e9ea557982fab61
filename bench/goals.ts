/** What the engine is meant to reach, beside what was measured. */
import type { PeerRow } from "./jax/compare.ts";
import type { Measured, Results } from "./results.ts";
import type { Part, Rows } from "./units.ts";

export interface Goal {
  readonly text: string;
  /** The number and whether more is better. */
  readonly bound: { readonly at: "least" | "most"; readonly value: number };
  readonly show: (value: number) => string;
  /** Null where nothing was measured. */
  readonly measured: number | null;
  /** Counted in the programs: no other program on the machine can have changed it. */
  readonly counted?: true;
  /** What the number does not say. */
  readonly note?: string;
}

const percent = (x: number): string => `${(100 * x).toFixed(0)} %`;
const times = (x: number): string => `${x.toFixed(2)}`;
const count = (x: number): string => String(Math.round(x));

export const isMet = ({ bound, measured }: Goal): boolean | null =>
  measured === null ? null : bound.at === "least" ? measured >= bound.value : measured <= bound.value;

/** Share of the kernel by which the goals were set, and times as fast as the fastest way of jax-js on the same WebGPU device. */
const NETWORKS = [
  ["mlp", 0.85, 5],
  ["conv3", 0.82, 4.5],
  ["resnet8", 0.75, 7],
  ["resnet20", 0.75, 7],
  ["bert", 0.65, 3.5],
] as const;

/** Others wanted to compute too: alone, the threads of the bench and of its software adapter are half as many more than the cores. */
export const isBusy = (results: Results): boolean =>
  timedUnits(results).some(({ load }) => load > 2 * results.host.cores);

/** All but those that count in the programs. */
export const timedUnits = ({ units }: Results): Measured[] =>
  Object.values(units).filter(({ part }) => part !== "counts");

export function goalsOf(results: Results): readonly Goal[] {
  const all = <P extends Part>(part: P): Rows[P][] =>
    Object.values(results.units).flatMap((unit) => (unit.part === part ? [unit.row as Rows[P]] : []));
  const product = (model: string) => all("products").find((row) => row.model === model);
  const peers = (model: string): PeerRow[] =>
    all("peer").filter((row) => row.model === model && row.device === "webgpu");
  const least = (text: string, value: number, show: Goal["show"], measured: number | undefined): Goal => ({
    ...{ text, bound: { at: "least", value }, show, measured: measured ?? null },
  });
  const most = (text: string, value: number, show: Goal["show"], measured: number | undefined): Goal => ({
    ...{ text, bound: { at: "most", value }, show, measured: measured ?? null },
  });
  const largest = (values: readonly number[]): number | undefined =>
    values.length === 0 ? undefined : Math.max(...values);
  const fastest = (model: string): PeerRow | undefined =>
    peers(model).sort((a, b) => a.slowdown - b.slowdown)[0];
  const againstPeer = (model: string, value: number): Goal => {
    const row = fastest(model);
    const goal = least(`${model}: times as fast as jax-js`, value, times, row?.slowdown);
    if (row === undefined) return goal;
    // What fills the ceiling to the last operation is so many times as fast, and nothing is faster.
    const most = `at the ceiling ${times(1 / row.ofCeiling)} would be possible`;
    const way = `${row.path}, the fastest of the ${peers(model).length} of 3 ways measured`;
    return { ...goal, note: `${way}; ${most}` };
  };
  const probes = all("scaling").filter(({ over }) => over === "probes");
  return [
    ...NETWORKS.map(([model, share]) => {
      const row = product(model);
      const measured = row?.ofReference ?? row?.ofCeiling;
      const goal = least(`${model}: share of the reference matrix product`, share, percent, measured);
      return row?.ofReference === undefined
        ? goal
        : { ...goal, note: `${percent(row.ofCeiling)} of the best one known` };
    }),
    ...NETWORKS.map(([model, , speed]) => againstPeer(model, speed)),
    ...NETWORKS.map(([model]) => {
      const row = fastest(model);
      return most(
        `${model}: first product from cold, of that of jax-js`,
        0.25,
        times,
        row && row.oursColdMs / row.coldMs,
      );
    }),
    most(
      "largest of the networks measured: product, in gradients",
      2.2,
      times,
      largest(all("products").map(({ hvpPerGradient }) => hvpPerGradient)),
    ),
    {
      ...most(
        "largest of the networks measured: product, in forward passes (operations)",
        6.1,
        times,
        largest(all("counts").map(({ hvpInForwards }) => hvpInForwards)),
      ),
      counted: true,
    },
    {
      ...most(
        "largest of the networks measured: memory of the product, of the gradient's",
        2.7,
        times,
        largest(all("counts").map(({ hvpPerGradientBytes }) => hvpPerGradientBytes)),
      ),
      counted: true,
    },
    {
      ...most(
        "bundled-resnet20: pipelines",
        40,
        count,
        all("counts").find(({ model }) => model === "bundled-resnet20")?.pipelines,
      ),
      counted: true,
    },
    most(
      "slowest pipeline, milliseconds",
      2000,
      count,
      largest(all("compilation").map(({ slowestMs }) => slowestMs)),
    ),
    most(
      "bundled-resnet20: Lanczos steps, of their products",
      1.1,
      times,
      largest(
        all("lanczos").flatMap((row) => (row.model === "bundled-resnet20" ? [row.totalPerProducts] : [])),
      ),
    ),
    most(
      "8 vectors at once: time of each, of one alone",
      results.device.software ? 1 : 0.7,
      times,
      largest(probes.map(({ points }) => points[points.length - 1].perUnit)),
    ),
  ];
}
