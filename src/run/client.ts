/** The engine as the page gets it: in a worker, so that the page never waits for it. */

import { proxy, wrap } from "comlink";
import type { Engine, RunEvent } from "./protocol.ts";

/** @param models address of the folder with the bundled models, ending with a slash. */
export function createEngine(models: string): Engine {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: models });
  const remote = wrap<Engine>(worker);
  // A worker that cannot start (blocked script, old browser) would leave every call waiting.
  const failed = new Promise<never>((_, reject) => {
    worker.addEventListener("error", (event) =>
      reject(new Error(`The engine did not start: ${event.message}`)),
    );
  });
  // comlink distributes a promise of a union into a union of promises; the cast joins them again.
  const orFail = <P extends Promise<unknown>>(answer: P): Promise<Awaited<P>> =>
    Promise.race([answer as Promise<Awaited<P>>, failed]);
  const listener = (onEvent: (event: RunEvent) => void) => proxy(onEvent);
  return {
    device: () => orFail(remote.device()),
    load: (model, data) => orFail(remote.load(model, data)),
    run: (settings, onEvent) => orFail(remote.run(settings, listener(onEvent))),
    extend: (more, onEvent) => orFail(remote.extend(more, listener(onEvent))),
    slice: (rank, options, onEvent) => orFail(remote.slice(rank, options, listener(onEvent))),
    pause: () => orFail(remote.pause()),
    resume: () => orFail(remote.resume()),
    cancel: () => orFail(remote.cancel()),
  };
}
