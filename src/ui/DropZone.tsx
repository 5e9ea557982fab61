/** Bring a checkpoint and a batch: by dropping them anywhere on the page, or through the file dialog. */
import { useEffect, useRef, useState } from "react";
import { ACCEPTED, missingFile } from "../store/files.ts";
import { dropZone as words } from "../strings/en.ts";
import { type FoundFile, filesOf, filesOfDrop, readFiles } from "./dropFiles.ts";
import { Prose } from "./Prose.tsx";
import { useActions, usePage } from "./page.ts";
import { Button } from "./parts.tsx";
import { UploadOptions } from "./UploadOptions.tsx";

export function DropZone() {
  const upload = usePage((state) => state.upload);
  const { addFiles } = useActions();
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
      <p>
        <Prose
          text={words.invitation}
          marks={{
            files: (text) => (
              <FileDialog label={words.files} onChoose={take}>
                {text}
              </FileDialog>
            ),
            folder: (text) => (
              <FileDialog label={words.folder} folder onChoose={take}>
                {text}
              </FileDialog>
            ),
          }}
        />
      </p>
      <details className="data">
        <summary>{words.question}</summary>
        <dl className="kinds">
          {words.kinds.map(({ what, files }) => (
            <div key={what}>
              <dt>{what}</dt>
              <dd>{files}</dd>
            </div>
          ))}
        </dl>
      </details>
      {upload.reading && <p className="calm">{words.reading}</p>}
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

interface FileDialogProps {
  /** Of the field for those who do not see the button. */
  readonly label: string;
  /** All files of a folder instead of chosen ones. */
  readonly folder?: boolean;
  readonly onChoose: (found: readonly FoundFile[]) => Promise<void>;
  readonly children: string;
}

/** A button that opens the browser's dialog. */
function FileDialog({ label, folder = false, onChoose, children }: FileDialogProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // The types of React know no attribute of this name.
    if (input.current !== null) input.current.webkitdirectory = folder;
  }, [folder]);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        accept={folder ? undefined : ACCEPTED}
        className="hidden"
        tabIndex={-1}
        aria-label={label}
        onChange={(event) => {
          void onChoose(filesOf(event.target.files));
          event.target.value = "";
        }}
      />
      <Button look="text" onClick={() => input.current?.click()}>
        {children}
      </Button>
    </>
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
