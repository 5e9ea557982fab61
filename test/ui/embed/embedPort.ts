/** The world of an embed without a window: stored runs by their names, no storage, no engine. */
import type { EnginePort } from "../../../src/store/port.ts";
import { sampleRun } from "../sampleRun.ts";

const BUNDLED = ["resnet20", "resnet20-nobn"];

/** @param asked gets every path that was fetched */
export function embedPort(asked: string[] = []): EnginePort {
  const none = (): never => {
    throw new Error("An embed has no storage.");
  };
  return {
    createEngine: () => Promise.reject(new Error("no engine in this test")),
    createHub: () => Promise.reject(new Error("An embed has no Hub.")),
    async fetchJson(path) {
      asked.push(path);
      if (path === "./models/index.json")
        return { ok: true, value: BUNDLED.map((id) => ({ id, title: id, description: "" })) };
      const id = /models\/(.*)\/run\.json/.exec(path)?.[1] ?? "";
      return BUNDLED.includes(id)
        ? { ok: true, value: sampleRun({ model: { ...sampleRun().model, id } }) }
        : { ok: false, message: `${path}: the server answered 404` };
    },
    webgpu: true,
    storage: none,
  };
}
