/** The engine in a worker. */

import { expose } from "comlink";
import { bundledReader } from "./bundled.ts";
import type { EngineSetting } from "./client.ts";
import { LocalEngine } from "./engine.ts";

/** The page tells where the bundled models lie, since a worker's own address is that of its script. */
const { models, budgetShare } = JSON.parse(self.name) as EngineSetting;
expose(new LocalEngine({ kind: "worker", readBundled: bundledReader(models), budgetShare }));
