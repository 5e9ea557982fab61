/** A titled box over the page; it closes by Escape, by its button and by a click beside it. */
import { type ReactNode, useEffect, useId, useRef } from "react";
import { dialog as words } from "../strings/en.ts";
import { Button } from "./parts.tsx";

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a dialog closes by Escape by itself; this is the click beside it
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current.close()}
    >
      <div className="dialog-body">
        <div className="card-head">
          <h2 id={id}>{title}</h2>
          <div className="card-tools">
            <Button onClick={() => dialog.current?.close()}>{words.close}</Button>
          </div>
        </div>
        {children}
      </div>
    </dialog>
  );
}
