/** What the page needs of the world outside, so that the store can be tested without one. */
import type { Hub } from "../run/hub/types.ts";
import type { Engine } from "../run/protocol.ts";
import type { KernelPlace } from "./kernelsView.ts";
import type { RunPlace } from "./listView.ts";
import type { FetchJson } from "./stored.ts";
import type { ThemePlaces } from "./theme.ts";

export interface EnginePort {
  /** Called once, when something is to be measured or a file to be read. */
  createEngine(): Promise<Engine>;
  /** Called once, with the first click that reaches the Hugging Face Hub. */
  createHub(): Promise<Hub>;
  readonly fetchJson: FetchJson;
  /** False where the browser does not offer WebGPU at all; then the page says so without asking the engine. */
  readonly webgpu: boolean;
  readonly storage: ThemePlaces["storage"];
  /** Where the list of runs outlives the page; absent in an embed, which keeps nothing. */
  openRunPlace?(): Promise<RunPlace>;
  /** Where measured kernels do. */
  openKernelPlace?(): Promise<KernelPlace>;
}
