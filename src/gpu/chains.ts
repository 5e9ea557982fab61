/**
 * Small works that wait for one another become one kernel of one workgroup, with barriers between them: behind the
 * logits stand a dozen works on a few hundred numbers, of which each would cost a dispatch, and a pipeline of its own.
 */

import { sizeOf } from "../model/graph.ts";
import { loadsVec4s } from "./codegen.ts";
import { type Expr, loadsOf } from "./expr.ts";
import { type Bounds, SMALL, slotsRead, type Work, writesApart } from "./fuse.ts";
import { reduceShares } from "./kernels/reduce.ts";
import type { Slot } from "./view.ts";

/** Works that one kernel does in turn; most often one. */
export type Chain = readonly Work[];

/** A work moves up to the chain that makes its youngest operand. */
export function chained(works: readonly Work[], bounds: Bounds): Chain[] {
  const chains: Work[][] = [];
  const writer = new Map<Slot, number>();
  for (const work of works) {
    const youngest = Math.max(-1, ...slotsRead(work).map((slot) => writer.get(slot) ?? -1));
    const chain = chains[youngest] ?? [];
    const joins = [...chain, work].every(isSmall) && chain.length > 0 && fits([...chain, work], bounds);
    if (joins) chain.push(work);
    const place = joins ? youngest : chains.push([work]) - 1;
    for (const { view } of work.outputs) writer.set(view.slot, place);
  }
  return chains;
}

/** Few enough elements for one workgroup, and nothing but pointwise work or a reduction in one pass. */
function isSmall({ host, outputs }: Work): boolean {
  if (sizeOf(outputs[0].view.shape) > SMALL) return false;
  if (host === null) return true;
  return (
    host.work.kind === "reduce" && sizeOf(host.work.inputShape) <= SMALL && reduceShares(host.work) === 1
  );
}

function fits(works: Chain, bounds: Bounds): boolean {
  const outputs = works.flatMap((work) => work.outputs);
  const written = new Set(outputs.map(({ view }) => view.slot));
  const loads = works.flatMap(loadedBy);
  // A slot that is written has one binding, which all loads of it share.
  if (loads.some((load) => written.has(load.view.slot) && !loadsVec4s(load))) return false;
  if (new Set(outputs.map(({ view }) => view.slot.probeStride > 0)).size > 1) return false;
  const read = new Set(
    loads
      .filter(({ view }) => !written.has(view.slot))
      .map((load) => `${load.view.slot.id} ${loadsVec4s(load)}`),
  );
  return written.size + read.size <= bounds.maxBindings && writesApart(outputs, bounds);
}

function loadedBy({ host, outputs }: Work): ReturnType<typeof loadsOf> {
  const inputs: readonly Expr[] = host?.work.kind === "reduce" ? host.work.inputs : [];
  return [...inputs, ...outputs.map(({ expr }) => expr)].flatMap(loadsOf);
}
