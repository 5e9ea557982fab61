/** A direction of a landscape: an eigenvector of the run, a random one, the gradient, or the way to another checkpoint. */
import { useRef, useState } from "react";
import { controls } from "../../store/controls.ts";
import type { AxisName } from "../../store/landscapes.ts";
import { rankedEigenvalues } from "../../store/ranks.ts";
import type { RunResult } from "../../store/state.ts";
import { landscape as words } from "../../strings/en.ts";
import { type FoundFile, filesOf, filesOfDrop, readFiles } from "../dropFiles.ts";
import { eigenvalueSymbol, significant } from "../format.ts";
import { useActions, useHidden, usePage } from "../page.ts";
import { Button } from "../parts.tsx";
import { SelectField } from "../SelectField.tsx";

const OTHERS = [
  { value: "random", label: words.direction.random },
  { value: "gradient", label: words.direction.gradient },
  { value: "checkpoint", label: words.direction.checkpoint },
];
const WEIGHTS = ".safetensors,.pt,.pth,.bin,.onnx,.data,.onnx_data";

interface DirectionFieldProps {
  readonly axis: AxisName;
  readonly result: RunResult;
  readonly onHelp: (help: string) => void;
}

export function DirectionField({ axis, result, onHelp }: DirectionFieldProps) {
  const control = controls[axis];
  const value = usePage((state) => state.controls[axis]);
  const { set } = useActions();
  const vectors = rankedEigenvalues(result).map(({ name, rank, ritz: found }) => ({
    value: name,
    label: `${eigenvalueSymbol(rank.end, rank.place, "v")}, ${eigenvalueSymbol(rank.end, rank.place)} = ${significant(found.value, 4)}`,
  }));
  const known = [...vectors, ...OTHERS];
  // A link may ask for an eigenvalue that this run does not have.
  const options = known.some((option) => option.value === value)
    ? known
    : [...known, { value, label: value }];
  if (useHidden(axis)) return null;
  return (
    <SelectField
      label={control.label}
      help={control.help}
      className="direction"
      {...{ value, options, onHelp }}
      onChange={(chosen) => set(axis, chosen)}
    >
      {value === "checkpoint" && <CheckpointFile axis={axis} />}
    </SelectField>
  );
}

/** The file of the other checkpoint, by dialog or dropped on this very place. */
function CheckpointFile({ axis }: { readonly axis: AxisName }) {
  const files = usePage((state) => state.checkpoints[axis]);
  const { setCheckpoint } = useActions();
  const [refused, setRefused] = useState<readonly string[]>([]);
  const dialog = useRef<HTMLInputElement>(null);
  const take = async (found: readonly FoundFile[]) => {
    if (found.length === 0) return;
    const read = await readFiles(found);
    setRefused(read.refusals);
    setCheckpoint(axis, read.files);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button is the control; a drop on it is a short cut
    <div
      className="checkpoint"
      onDrop={(event) => {
        // Whoever listens on the window sees that this drop has been taken.
        event.preventDefault();
        void filesOfDrop(event.dataTransfer).then(take);
      }}
    >
      <input
        ref={dialog}
        type="file"
        multiple
        accept={WEIGHTS}
        className="hidden"
        tabIndex={-1}
        aria-label={words.direction.file(axis)}
        onChange={(event) => {
          void take(filesOf(event.target.files));
          event.target.value = "";
        }}
      />
      <Button look="text" onClick={() => dialog.current?.click()}>
        {files.length === 0 ? words.direction.choose : files.map(({ name }) => name).join(", ")}
      </Button>
      <div role="alert">
        {refused.map((refusal) => (
          <p key={refusal} className="refusal">
            {refusal}
          </p>
        ))}
      </div>
    </div>
  );
}
