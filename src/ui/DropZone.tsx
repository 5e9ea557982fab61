/** Bring a checkpoint and a batch: by dropping them anywhere on the page, or through the file dialog. */
import { useEffect, useRef, useState } from "react";
import { ACCEPTED, missingFile } from "../store/files.ts";
import { type FoundFile, filesOf, filesOfDrop, readFiles } from "./dropFiles.ts";
import { useActions, usePage } from "./page.ts";
import { Button } from "./parts.tsx";
import { UploadOptions } from "./UploadOptions.tsx";

const KINDS = [
  { what: "Model", files: ".safetensors, .onnx (and its .onnx.data), .pt, .pth, .bin" },
  { what: "With a transformer", files: "config.json, tokenizer.json or vocab.txt" },
  { what: "Data as arrays", files: ".npz with images, x or input_ids, and labels; or these as .npy" },
  { what: "Images", files: "a folder a class with .png or .jpg; or with a .csv of file and label" },
  { what: "Text with labels", files: ".tsv, .csv, .jsonl" },
  { what: "Hugging Face tables", files: ".parquet" },
  { what: "A run exported before", files: "its .json, to see or compare it" },
];

export function DropZone() {
  const upload = usePage((state) => state.upload);
  const { addFiles } = useActions();
  const dialog = useRef<HTMLInputElement>(null);
  const take = async (found: readonly FoundFile[]) => {
    if (found.length === 0) return;
    const { files, refusals } = await readFiles(found);
    await addFiles(files, refusals);
  };
  const over = useDropAnywhere((found) => void found.then(take));
  const missing = missingFile(upload);
  const any = upload.files.length > 0;
  return (
    <div className={`drop ${over ? "over" : ""}`}>
      <input
        ref={dialog}
        type="file"
        multiple
        accept={ACCEPTED}
        className="hidden"
        tabIndex={-1}
        aria-label="Checkpoint and batch files"
        onChange={(event) => {
          void take(filesOf(event.target.files));
          event.target.value = "";
        }}
      />
      <p>
        Drop a <b>model</b> and its <b>data</b> anywhere, or{" "}
        <Button look="text" onClick={() => dialog.current?.click()}>
          choose files
        </Button>
        . Nothing leaves this page.
      </p>
      <details className="data">
        <summary>What can be dropped?</summary>
        <dl className="kinds">
          {KINDS.map(({ what, files }) => (
            <div key={what}>
              <dt>{what}</dt>
              <dd>{files}</dd>
            </div>
          ))}
        </dl>
      </details>
      {upload.reading && <p className="calm">Reading the files</p>}
      {missing !== null && <p className="calm">{missing}</p>}
      <div role="alert">
        {upload.refusals.map((refusal) => (
          <p key={refusal} className="refusal">
            {refusal}
          </p>
        ))}
      </div>
      {any && <UploadOptions />}
    </div>
  );
}

/** True while files are dragged over the page. */
function useDropAnywhere(onDrop: (found: Promise<readonly FoundFile[]>) => void): boolean {
  const [over, setOver] = useState(false);
  const handler = useRef(onDrop);
  handler.current = onDrop;
  useEffect(() => {
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;
    const dragover = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const dragleave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      // A place of its own may have taken the drop.
      if (event.defaultPrevented || !carriesFiles(event) || event.dataTransfer === null) return;
      event.preventDefault();
      handler.current(filesOfDrop(event.dataTransfer));
    };
    window.addEventListener("dragover", dragover);
    window.addEventListener("dragleave", dragleave);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragover", dragover);
      window.removeEventListener("dragleave", dragleave);
      window.removeEventListener("drop", drop);
    };
  }, []);
  return over;
}
