/**
 * The engine as the page gets it: in a worker, so that the page never waits for it; on the main thread where workers
 * have no GPU though the page has one (a sandboxed frame of opaque origin).
 */

import { proxy, wrap } from "comlink";
import { bundledReader } from "./bundled.ts";
import type { DeviceHost } from "./givenDevice.ts";
import type { DeviceAnswer, Engine, RunEvent } from "./protocol.ts";

/** What a worker cannot know by itself; it travels as the worker's name. */
export interface EngineSetting {
  /** Address of the folder with the bundled models, ending with a slash. */
  readonly models: string;
  /** The part of the usual memory budget that this page may take: 1, or less on somebody else's page. */
  readonly budgetShare: number;
  /** Bytes that a run may take at most, where the reader says so. */
  readonly most?: NonNullable<DeviceHost["most"]>;
}

export function createEngine(setting: EngineSetting): Engine {
  let chosen: Promise<Choice> | null = null;
  const engine = async (): Promise<Engine> => {
    chosen ??= choose(setting);
    return (await chosen).engine;
  };
  return {
    device: async () => {
      chosen ??= choose(setting);
      const { engine: found, answer } = await chosen;
      // Ask again where the first answer was no: a GPU that was away can come back.
      return answer.kind === "device" ? answer : found.device();
    },
    examine: async () => (await engine()).examine(),
    sizes: async () => (await engine()).sizes(),
    tune: async (settings, onEvent) => (await engine()).tune(settings, onEvent),
    takeKernels: async (table, file) => (await engine()).takeKernels(table, file),
    load: async (model, data) => (await engine()).load(model, data),
    inspect: async (settings) => (await engine()).inspect(settings),
    run: async (settings, onEvent) => (await engine()).run(settings, onEvent),
    extend: async (more, onEvent) => (await engine()).extend(more, onEvent),
    slice: async (rank, options, onEvent) => (await engine()).slice(rank, options, onEvent),
    landscape: async (request, onEvent) => (await engine()).landscape(request, onEvent),
    ask: async (question, onEvent) => (await engine()).ask(question, onEvent),
    pause: async () => (await engine()).pause(),
    resume: async () => (await engine()).resume(),
    cancel: async () => (await engine()).cancel(),
  };
}

interface Choice {
  readonly engine: Engine;
  readonly answer: DeviceAnswer;
}

async function choose(setting: EngineSetting): Promise<Choice> {
  const worker = await tryWorker(setting);
  if (worker !== null && (worker.answer.kind === "device" || !("GPU" in globalThis))) return worker;
  const { LocalEngine } = await import("./engine.ts");
  const engine = new LocalEngine({
    kind: "main",
    readBundled: bundledReader(setting.models),
    budgetShare: setting.budgetShare,
    most: setting.most ?? {},
  });
  const answer = await engine.device();
  return answer.kind === "device" || worker === null ? { engine, answer } : worker;
}

/** Null where the page may not have a worker: a frame of opaque origin refuses it, at once or by an error event. */
async function tryWorker(setting: EngineSetting): Promise<Choice | null> {
  try {
    const engine = workerEngine(setting);
    return { engine, answer: await engine.device() };
  } catch {
    return null;
  }
}

function workerEngine(setting: EngineSetting): Engine {
  const name = JSON.stringify(setting);
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: name });
  const remote = wrap<Engine>(worker);
  // A worker that cannot start (blocked script, old browser) would leave every call waiting.
  const failed = new Promise<never>((_, reject) => {
    worker.addEventListener("error", (event) =>
      reject(new Error(`The engine did not start: ${event.message || "its script was blocked"}`)),
    );
  });
  failed.catch(() => {});
  // comlink distributes a promise of a union into a union of promises; the cast joins them again.
  const orFail = <P extends Promise<unknown>>(answer: P): Promise<Awaited<P>> =>
    Promise.race([answer as Promise<Awaited<P>>, failed]);
  const listener = (onEvent: (event: RunEvent) => void) => proxy(onEvent);
  return {
    device: () => orFail(remote.device()),
    examine: () => orFail(remote.examine()),
    sizes: () => orFail(remote.sizes()),
    tune: (settings, onEvent) => orFail(remote.tune(settings, listener(onEvent))),
    takeKernels: (table, file) => orFail(remote.takeKernels(table, file)),
    load: (model, data) => orFail(remote.load(model, data)),
    inspect: (settings) => orFail(remote.inspect(settings)),
    run: (settings, onEvent) => orFail(remote.run(settings, listener(onEvent))),
    extend: (more, onEvent) => orFail(remote.extend(more, listener(onEvent))),
    slice: (rank, options, onEvent) => orFail(remote.slice(rank, options, listener(onEvent))),
    landscape: (request, onEvent) => orFail(remote.landscape(request, listener(onEvent))),
    ask: (question, onEvent) => orFail(remote.ask(question, listener(onEvent))),
    pause: () => orFail(remote.pause()),
    resume: () => orFail(remote.resume()),
    cancel: () => orFail(remote.cancel()),
  };
}
