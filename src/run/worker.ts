/** The engine in a worker. */

import { expose } from "comlink";
import { bundledReader } from "./bundled.ts";
import { LocalEngine } from "./engine.ts";

/** The page tells where the bundled models lie, since a worker's own address is that of its script. */
const base = new URL(self.name || "./models/", self.location.href).href;
expose(new LocalEngine({ kind: "worker", readBundled: bundledReader(base) }));
