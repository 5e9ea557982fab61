/** Every buffer refused once, and the device lost at every read once, on a GPU that only pretends to compute. */

import { FakeGpu } from "../run/fakeGpu.ts";
import { NO_ROOM, passage } from "./jobs.ts";

export interface PressureSession {
  readonly kind: "pressure";
  readonly seconds: number;
  /** Buffers that were refused, and reads in which the device was lost: each once, in a passage of its own through all jobs. */
  readonly refused: number;
  readonly lost: number;
  readonly findings: readonly string[];
}

export async function pressure(until: number, say: (line: string) => void): Promise<PressureSession> {
  const began = performance.now();
  // The passport is measured once.
  await passage(new FakeGpu());
  const sound = new FakeGpu();
  await passage(sound);
  const findings: string[] = [];
  const check = async (
    what: string,
    change: (gpu: FakeGpu) => void,
    sentences: readonly RegExp[],
  ): Promise<void> => {
    const gpu = new FakeGpu();
    change(gpu);
    const { endings, left } = await passage(gpu);
    const told =
      endings.length === sentences.length && endings.every((ending, i) => sentences[i].test(ending));
    if (!told) findings.push(`${what}: ${endings.join("; ") || "nobody noticed"}`);
    if (left > 0) findings.push(`${what}: ${left} buffers were not given back`);
    for (const error of gpu.uncaptured) findings.push(`${what}: no scope caught "${error}"`);
  };
  let [refused, lost] = [0, 0];
  for (let n = 1; n <= sound.created.length && Date.now() < until; n++, refused++)
    await check(`buffer ${n}, ${sound.created[n - 1]}`, (gpu) => Object.assign(gpu, { refuseAt: n }), [
      NO_ROOM,
    ]);
  say(`${refused} of ${sound.created.length} buffers refused`);
  for (let n = 1; n <= sound.reads && Date.now() < until; n++, lost++)
    await check(`read ${n}`, (gpu) => Object.assign(gpu, { loseAt: [n] }), []);
  say(`${lost} of ${sound.reads} reads interrupted`);
  return { kind: "pressure", seconds: (performance.now() - began) / 1000, refused, lost, findings };
}
