/** The PyTorch script that recomputes a run: `recompute.py` with the names of its files. */
import type { RunResult } from "../../store/state.ts";
import template from "./recompute.py?raw";

/** @param resultFile, scriptFile names under which the result and the script are saved */
export function pytorchScript(
  { model }: Pick<RunResult, "model">,
  resultFile: string,
  scriptFile: string,
): string {
  const base = (path: string): string => path.split("/").at(-1) as string;
  const names = {
    RESULT: resultFile,
    SCRIPT: scriptFile,
    MODEL: base(model.source),
    DATA: base(model.data.source),
  };
  // Names stand in strings of Python: what could end or escape such a string has no business in a file's name.
  return Object.entries(names).reduce(
    (text, [key, name]) => text.replaceAll(`{{${key}}}`, name.replaceAll(/["\\\n\r{}]/g, "_")),
    template,
  );
}
