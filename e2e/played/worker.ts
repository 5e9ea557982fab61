/** The engine's worker as a play: it replays a result in any tempo and ends as the scene says. See played.ts. */
import { expose } from "comlink";
import type { Engine, RunEvent, RunOutcome, RunSettings } from "../../src/run/protocol.ts";
import { createFakeEngine } from "../../test/ui/fakeEngine.ts";
import type { Scene } from "./scene.ts";

/** Written in front of this script. */
declare const SCENE: Scene;

const { result, tick, stopsAfter = Number.POSITIVE_INFINITY, loaded, device, outcome, waits } = SCENE;
let products = 0;
const engine = createFakeEngine(result, {
  tick: () => new Promise((resolve) => (products++ < stopsAfter ? setTimeout(resolve, tick) : undefined)),
  ...(loaded === undefined ? {} : { loaded }),
  ...(device === undefined ? {} : { device }),
  ...(outcome === undefined ? {} : { outcome }),
});

/** A device that was lost and is not given back. */
async function waiting(_: RunSettings, onEvent: (event: RunEvent) => void): Promise<RunOutcome> {
  onEvent({ type: "progress", progress: { phase: "recovering", done: 10, total: 120, etaSeconds: 110 } });
  return new Promise(() => {});
}

const played: Engine = waits ? { ...engine, run: waiting } : engine;
expose(played);
