/** What the dropped files cannot tell of themselves. Applied on change, once both files are there. */
import { useId, useState } from "react";
import { hasText, IMAGENET_NORMALISATION, type Upload } from "../store/files.ts";
import { useActions, usePage } from "./page.ts";
import { Button, Segments } from "./parts.tsx";

const LOSSES = [
  { value: "cross-entropy", label: "cross-entropy" },
  { value: "mean-squared-error", label: "squared error" },
] as const;

const ACTIVATIONS = [
  { value: "relu", label: "relu" },
  { value: "tanh", label: "tanh" },
] as const;

/** A transformer without config.json, or one whose reader has just asked. */
const asksForHeads = ({ card, options, refusals }: Upload): boolean =>
  options.heads !== "" ||
  refusals.some((text) => /\b(num_attention_heads|n_heads|heads)\b/.test(text)) ||
  (card?.warnings ?? []).some((text) => /attention heads/.test(text));

export function UploadOptions() {
  const upload = usePage((state) => state.upload);
  const { options, card } = upload;
  const text = hasText(upload);
  const images = !text && (card === null || card.input === "images");
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
      {asksForHeads(upload) && <OptionField option="heads" label="Attention heads" placeholder="12" />}
      <div className="field wide">
        <span aria-hidden="true">Loss</span>
        <Segments
          label="Loss"
          value={options.loss ?? "cross-entropy"}
          options={LOSSES}
          onChange={(next) => void setUploadOption({ loss: next })}
        />
      </div>
      {!text && (card === null || card.family === "resnet-cifar") && (
        <label className="check">
          <input
            type="checkbox"
            checked={options.skip !== false}
            onChange={(event) => void setUploadOption({ skip: event.target.checked })}
          />
          Skip connections
        </label>
      )}
      {images && (
        <>
          <OptionField option="mean" label="Mean" placeholder="r, g, b" />
          <OptionField option="std" label="Std" placeholder="r, g, b" />
          <p className="help">Mean and std are for uint8 images only.</p>
        </>
      )}
      {text && (
        <>
          <OptionField option="textColumns" label="Text" placeholder="sentence" />
          <OptionField option="labelColumn" label="Label" placeholder="label" />
          <p className="help">Columns by name or number, two with a comma for pairs.</p>
        </>
      )}
      <p>
        {images && (
          <>
            <Button look="text" onClick={() => void setUploadOption(IMAGENET_NORMALISATION)}>
              ImageNet values
            </Button>
            {" · "}
          </>
        )}
        <Button look="text" onClick={forgetFiles}>
          forget the files
        </Button>
      </p>
    </div>
  );
}

interface OptionFieldProps {
  readonly option: "mean" | "std" | "textColumns" | "labelColumn" | "heads";
  readonly label: string;
  readonly placeholder: string;
}

/** A text that is applied when the field is left. */
function OptionField({ option, label, placeholder }: OptionFieldProps) {
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
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="text"
        placeholder={placeholder}
        value={draft ?? value}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => event.key === "Enter" && commit()}
      />
    </div>
  );
}
