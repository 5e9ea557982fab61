/** What the dropped files cannot tell of themselves. Applied on change, once both files are there. */
import { useId, useState } from "react";
import { IMAGENET_NORMALISATION } from "../store/files.ts";
import { useActions, usePage } from "./page.ts";
import { Button, Segments } from "./parts.tsx";

const ACTIVATIONS = [
  { value: "relu", label: "relu" },
  { value: "tanh", label: "tanh" },
] as const;

export function UploadOptions() {
  const { options, card } = usePage((state) => state.upload);
  const { setUploadOption, forgetFiles } = useActions();
  return (
    <div className="upload-options">
      {card?.family === "mlp" && (
        <div className="field wide">
          <span aria-hidden="true">Activation</span>
          <Segments
            label="Activation"
            value={options.activation ?? "relu"}
            options={ACTIVATIONS}
            onChange={(next) => void setUploadOption({ activation: next })}
          />
        </div>
      )}
      {(card === null || card.family === "resnet-cifar") && (
        <label className="check">
          <input
            type="checkbox"
            checked={options.skip !== false}
            onChange={(event) => void setUploadOption({ skip: event.target.checked })}
          />
          Skip connections
        </label>
      )}
      <ChannelsField option="mean" />
      <ChannelsField option="std" />
      <p className="help">Mean and std are for uint8 images only.</p>
      <p>
        <Button look="text" onClick={() => void setUploadOption(IMAGENET_NORMALISATION)}>
          ImageNet values
        </Button>
        {" · "}
        <Button look="text" onClick={forgetFiles}>
          forget the files
        </Button>
      </p>
    </div>
  );
}

function ChannelsField({ option }: { readonly option: "mean" | "std" }) {
  const value = usePage((state) => state.upload.options[option]);
  const { setUploadOption } = useActions();
  const [draft, setDraft] = useState<string | null>(null);
  const id = useId();
  const commit = () => {
    if (draft !== null && draft !== value) void setUploadOption({ [option]: draft });
    setDraft(null);
  };
  return (
    <div className="field wide">
      <label htmlFor={id}>{option === "mean" ? "Mean" : "Std"}</label>
      <input
        id={id}
        type="text"
        inputMode="decimal"
        placeholder="r, g, b"
        value={draft ?? value}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => event.key === "Enter" && commit()}
      />
    </div>
  );
}
