/** Compares every point of the reference plane of ResNet-20 with float64: node tools/referenceGrid.mjs [FILE.json]. */
import { writeFile } from "node:fs/promises";
import { dawn } from "../src/cli/dawn.ts";
import { openDevice, reportDevice } from "../src/run/device.ts";
import { coarseToFine } from "../src/spectrum/index.ts";
import { hasReference, type Remeasured, referencePoints, remeasure } from "../test/run/referencePlane.ts";

/** What every point of the plane must hold. */
const BOUND = 1e-4;

export async function main([out]: readonly string[]): Promise<number> {
  const folder = new URL("../shared/reference/", `file://${process.env.EIGENSCOPE_ROOT}/`);
  if (!hasReference(folder)) {
    process.stderr.write("../shared/reference is absent: there is nothing to compare with.\n");
    return 1;
  }
  const engines = await openDevice(dawn());
  const { name } = reportDevice(engines.gpu, "node");
  const all = referencePoints(folder);
  const size = Math.sqrt(all.length);
  // Whatever an interruption leaves spans the whole plane.
  const points = Array.from(coarseToFine([size, size]), (place) => all[place]);
  const found: Remeasured[] = [];
  for await (const point of remeasure(folder, points, engines)) {
    found.push(point);
    const worst = Math.max(...found.map(({ relative }) => relative));
    process.stderr.write(`${found.length} of ${points.length}: worst ${worst.toExponential(2)}\n`);
    if (out !== undefined)
      await writeFile(out, `${JSON.stringify({ device: name, points: found }, null, 1)}\n`);
  }
  process.stdout.write(`${name}: ${summary(found)}\n`);
  engines.gpu.device.destroy();
  return found.every(({ relative }) => relative <= BOUND) ? 0 : 1;
}

function summary(found: readonly Remeasured[]): string {
  const sorted = found.map(({ relative }) => relative).sort((a, b) => a - b);
  const [median, worst] = [sorted[Math.floor(sorted.length / 2)], sorted[sorted.length - 1]];
  const odd = found.filter(({ miscounted }) => miscounted > 0);
  return (
    `${found.length} points, relative difference of the loss: median ${median.toExponential(2)}, worst ` +
    `${worst.toExponential(2)} (bound ${BOUND.toExponential(0)}); accuracy differs at ${odd.length} points` +
    (odd.length > 0 ? `, by at most ${Math.max(...odd.map((p) => p.miscounted))} of 128 samples` : "")
  );
}
