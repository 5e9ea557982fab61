/** The engine and jax-js on the same network, the same numbers and the same WebGPU, in turn. */
import { openDevice } from "../../src/run/device.ts";
import { WatchedGpu } from "../../test/run/host.ts";
import { caseOf, generatedCase } from "../cases.ts";
import { CEILING_FLOPS, ceilingKernels } from "../ceiling.ts";
import { countFlops } from "../counts.ts";
import { inTurn, median, ratio, timed } from "../measure.ts";
import { direction, operatorFor, productJobs } from "../products.ts";
import { loadJax, type Path, type PeerDevice, peerOn } from "./peer.ts";

export interface PeerRow {
  readonly model: string;
  readonly batch: number;
  readonly device: PeerDevice;
  readonly path: Path;
  readonly hvpMs: number;
  readonly ours: number;
  /** How many times as long as the engine it takes. */
  readonly slowdown: number;
  readonly ofCeiling: number;
  /** From weights in memory to the first product, on a fresh device; the path is the only one of its process. */
  readonly coldMs: number;
  readonly oursColdMs: number;
  readonly dispatches: number;
  readonly submits: number;
  readonly pipelines: number;
  /** ||theirs - ours|| / ||ours|| of the product. */
  readonly difference: number;
}

export async function comparePeer(
  gpu: GPU,
  model: string,
  device: PeerDevice,
  path: Path,
  rounds: number,
): Promise<PeerRow> {
  const net = generatedCase(model);
  const v = direction(net.parameters.length);
  const engines = await openDevice(gpu);
  let began = performance.now();
  const { operator } = await operatorFor(engines, await caseOf(model));
  const { product, primal, release, out } = productJobs(operator);
  await primal();
  await product();
  const oursColdMs = performance.now() - began;
  const [ours] = await operator.space.read(out);
  const watched = new WatchedGpu(gpu);
  const jax = await loadJax(watched.entry, device);
  began = performance.now();
  const peer = await peerOn(jax, net, v);
  await peer.product(path);
  const coldMs = performance.now() - began;
  const theirs = await peer.result(path);
  const pipelines = watched.pipelines;
  const before = { ...watched };
  await timed(() => peer.product(path));
  const [dispatches, submits] = [watched.dispatches - before.dispatches, watched.submits - before.submits];
  const { best: ceiling } = await ceilingKernels(engines);
  const times = await inTurn({ ceiling, ours: product, theirs: () => peer.product(path) }, rounds);
  const row: PeerRow = {
    ...{ model, batch: net.batch, device, path },
    hvpMs: median(times.theirs),
    ours: median(times.ours),
    slowdown: ratio(times.theirs, times.ours),
    ofCeiling: (countFlops(net).hvp / CEILING_FLOPS) * ratio(times.ceiling, times.theirs),
    ...{ coldMs, oursColdMs, dispatches, submits, pipelines },
    difference: relativeDifference(theirs, ours),
  };
  release();
  operator.destroy();
  engines.gpu.device.destroy();
  return row;
}

function relativeDifference(a: Float64Array, b: Float64Array): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    difference += (a[i] - b[i]) ** 2;
    size += b[i] ** 2;
  }
  return Math.sqrt(difference / size);
}
