/**
 * Spectra of diagonal blocks, such as those of single layers, k blocks at a time: each column of a product belongs to another
 * block, with a start vector that is zero outside it and products cut back to it. One program serves all blocks.
 */
import { type LanczosMemory, LanczosRun } from "./lanczos.ts";
import { type LanczosColumn, type Quadrature, quadrature } from "./lanczosColumn.ts";
import type { LinearOperator } from "./operator.ts";
import { type ProbeSource, unitProbe } from "./probes.ts";
import { extremes, type RitzOptions, type RitzValue } from "./ritz.ts";

/** A as seen by column c within the segments keep[c]: the block of these, and zero elsewhere. */
export function restricted<V>(
  operator: LinearOperator<V>,
  keep: readonly ReadonlySet<number>[],
): LinearOperator<V> {
  return {
    space: operator.space,
    async apply(v, out, signal) {
      await operator.apply(v, out, signal);
      operator.space.restrict(out, keep);
    },
  };
}

export interface BlockSpectrum {
  /** Place in the list that was asked for. */
  readonly block: number;
  /** Components of the block. */
  readonly size: number;
  readonly quadrature: Quadrature;
  readonly top: readonly RitzValue[];
  readonly bottom: readonly RitzValue[];
  /** One sample of the block's trace: size v'Av. */
  readonly traceSample: number;
}

export interface BlockSpectraOptions {
  readonly source: ProbeSource;
  /** Probe number, the same for all blocks. Default 0. */
  readonly probe?: number;
  readonly steps: number;
  readonly top: number;
  readonly bottom: number;
  readonly ritz?: RitzOptions;
  readonly breakdownTolerance?: number;
  /**
   * With "two vectors" the largest and the smallest Ritz value and their residuals hold as they are (Paige 1980); those
   * inside come in copies, so that no more than one may be asked for at each end.
   */
  readonly memory?: LanczosMemory;
  /** Ends the blocks of a run once all their largest eigenvalues have converged, rather than after all the steps. */
  readonly untilConverged?: boolean;
  readonly signal?: AbortSignal;
}

export type BlockEvent =
  | { readonly kind: "running"; readonly done: number; readonly total: number }
  | { readonly kind: "blocks"; readonly spectra: readonly BlockSpectrum[] }
  | { readonly kind: "done" }
  | { readonly kind: "cancelled" };

/**
 * One Lanczos run per k blocks, each a list of segment numbers: `steps` products (fewer where all blocks of the run are
 * invariant). An event per step, and one with the spectra of each finished run.
 */
export async function* blockSpectra<V>(
  operator: LinearOperator<V>,
  blocks: readonly (readonly number[])[],
  options: BlockSpectraOptions,
): AsyncGenerator<BlockEvent, void, undefined> {
  const { space } = operator;
  const { source, probe = 0, steps, breakdownTolerance, memory, untilConverged = false, signal } = options;
  if (memory === "two vectors" && Math.max(options.top, options.bottom) > 1)
    throw new Error("internal: without reorthogonalisation one Ritz value at each end is all");
  const runs = Math.ceil(blocks.length / space.k);
  for (let r = 0; r < runs; r++) {
    const first = r * space.k;
    const keep = blocks.slice(first, first + space.k).map((segments) => new Set(segments));
    const sizes = keep.map((segments) => sizeOf(space.segments, segments));
    const run = new LanczosRun(restricted(operator, keep), {
      source,
      probes: keep.map(() => probe),
      start: (c) => restrictedProbe(space.segments, keep[c], unitProbe(space.n, source, probe)),
      ...(breakdownTolerance === undefined ? {} : { breakdownTolerance }),
      ...(memory === undefined ? {} : { memory }),
    });
    try {
      for await (const event of run.advance({ steps, signal })) {
        if (event.kind === "cancelled") {
          yield event;
          return;
        }
        if (event.kind !== "running") continue;
        yield { kind: "running", done: r * steps + run.step, total: runs * steps };
        if (untilConverged && run.columns.every((column) => topConverged(column, options.ritz))) break;
      }
      const spectra = run.columns.map((column, c): BlockSpectrum => {
        const q = quadrature(column);
        const ends = extremes([q], options, options.ritz);
        const form = column.quadraticForm.reduce((sum, x) => sum + x, 0);
        return { block: first + c, size: sizes[c], quadrature: q, ...ends, traceSample: sizes[c] * form };
      });
      yield { kind: "blocks", spectra };
    } finally {
      run.release();
    }
  }
  yield { kind: "done" };
}

const topConverged = (column: LanczosColumn, ritz?: RitzOptions): boolean =>
  extremes([quadrature(column)], { top: 1, bottom: 0 }, ritz).top[0].converged;

type Segments = readonly { readonly size: number }[];

const sizeOf = (segments: Segments, keep: ReadonlySet<number>): number =>
  segments.reduce((sum, { size }, l) => sum + (keep.has(l) ? size : 0), 0);

/** The probe's part in the block, of unit length. */
function restrictedProbe(segments: Segments, keep: ReadonlySet<number>, probe: Float64Array): Float64Array {
  let start = 0;
  segments.forEach(({ size }, l) => {
    if (!keep.has(l)) probe.fill(0, start, start + size);
    start += size;
  });
  const norm = Math.sqrt(probe.reduce((sum, x) => sum + x * x, 0));
  if (norm === 0) throw new RangeError("block: expected at least one segment with a component, found none");
  return probe.map((x) => x / norm);
}
