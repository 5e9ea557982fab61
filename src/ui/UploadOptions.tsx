/** What the dropped files cannot tell of themselves. Applied on change, once both files are there. */
import { useId, useState } from "react";
import { hasPictures, hasText, IMAGENET_NORMALISATION, type Upload } from "../store/files.ts";
import { uploadOptions as words } from "../strings/en.ts";
import { useActions, usePage } from "./page.ts";
import { Button, Segments } from "./parts.tsx";

const LOSSES = (["cross-entropy", "mean-squared-error"] as const).map((value) => ({
  value,
  label: words.losses[value],
}));

const ACTIVATIONS = (["relu", "tanh"] as const).map((value) => ({ value, label: words.activations[value] }));

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
          <span aria-hidden="true">{words.activation}</span>
          <Segments
            label={words.activation}
            value={options.activation ?? "relu"}
            options={ACTIVATIONS}
            onChange={(next) => void setUploadOption({ activation: next })}
          />
        </div>
      )}
      {asksForHeads(upload) && <OptionField option="heads" label={words.heads} placeholder="12" />}
      <div className="field wide">
        <span aria-hidden="true">{words.loss}</span>
        <Segments
          label={words.loss}
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
          {words.skip}
        </label>
      )}
      {hasPictures(upload) && (
        <>
          <OptionField option="resize" label={words.resize} placeholder={words.asItIs} />
          <OptionField option="crop" label={words.crop} placeholder={words.all} />
        </>
      )}
      {images && (
        <>
          <OptionField option="mean" label={words.mean} placeholder={words.channels} />
          <OptionField option="std" label={words.std} placeholder={words.channels} />
          <p className="help">{words.forImages}</p>
        </>
      )}
      {text && (
        <>
          <OptionField option="textColumns" label={words.text} placeholder={words.textColumn} />
          <OptionField option="labelColumn" label={words.label} placeholder={words.labelColumn} />
          <p className="help">{words.forText}</p>
        </>
      )}
      <p>
        {images && (
          <>
            <Button look="text" onClick={() => void setUploadOption(IMAGENET_NORMALISATION)}>
              {words.imagenet}
            </Button>
            {" · "}
          </>
        )}
        <Button look="text" onClick={forgetFiles}>
          {words.forget}
        </Button>
      </p>
    </div>
  );
}

interface OptionFieldProps {
  readonly option: "mean" | "std" | "resize" | "crop" | "textColumns" | "labelColumn" | "heads";
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
