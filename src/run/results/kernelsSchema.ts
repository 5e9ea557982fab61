/** The fields of results and kernel tables that tell of tilings. */
import type { KernelsUsed, Tiling } from "../kernelTypes.ts";
import { list, object, oneOf, text } from "./check.ts";
import { name, positive } from "./common.ts";

export const tilingSchema = object<Tiling>({
  family: oneOf("registers", "workgroup"),
  ...{ rows: positive, columns: positive, workgroup: positive, splitK: positive },
});

export const kernelsUsed = object<KernelsUsed>({
  digest: text(64),
  chosen: list(object<KernelsUsed["chosen"][number]>({ shape: name, tiling: tilingSchema }), 4096, 1),
});
