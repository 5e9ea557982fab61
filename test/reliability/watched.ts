/** The engine that is tried: its devices in sight, any number of them may be lost, and no rejection goes unseen. */

import { LocalEngine } from "../../src/run/engine.ts";
import { WatchedGpu } from "../run/host.ts";

export interface Watched {
  readonly gpu: WatchedGpu;
  readonly engine: LocalEngine;
  /** What went otherwise than it should; unhandled rejections are entered until `end`. */
  readonly findings: string[];
  /** Gives all back. */
  end(): void;
}

export function watchedEngine(): Watched {
  const gpu = new WatchedGpu();
  const engine = new LocalEngine({
    ...{ kind: "node", gpu: gpu.entry, mostLosses: Number.POSITIVE_INFINITY },
    readBundled: () => Promise.reject(new Error("nothing is bundled here")),
  });
  const findings: string[] = [];
  const unhandled = (reason: unknown): void => void findings.push(`unhandled rejection: ${String(reason)}`);
  process.on("unhandledRejection", unhandled);
  const end = (): void => {
    engine.destroy();
    process.off("unhandledRejection", unhandled);
  };
  return { gpu, engine, findings, end };
}
