/** The engine in a worker. */

import { expose } from "comlink";
import { bundledReader } from "./bundled.ts";
import type { EngineSetting } from "./client.ts";
import { LocalEngine } from "./engine.ts";
import { hasSyncFiles, OpfsDisk } from "./opfs.ts";

/** The page tells where the bundled models lie, since a worker's own address is that of its script. */
const { models, budgetShare, most = {} } = JSON.parse(self.name) as EngineSetting;
// A guest on somebody else's page writes no files.
const disk = budgetShare === 1 && hasSyncFiles(globalThis) ? new OpfsDisk(navigator) : null;
expose(new LocalEngine({ kind: "worker", readBundled: bundledReader(models), budgetShare, most, disk }));
