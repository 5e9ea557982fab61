/** Files that are dropped on the page. */

import { mlp, vectors } from "../run/files.ts";
import type { Evaluates } from "./tabs.ts";

export interface DroppedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Drops files on the page, as a hand does. */
export async function drop(page: Evaluates, files: readonly DroppedFile[]): Promise<void> {
  const carried = files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString("base64") }));
  await page.evaluate((list) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of list) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      transfer.items.add(new File([bytes], name));
    }
    for (const type of ["dragover", "drop"])
      document.body.dispatchEvent(
        new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }),
      );
  }, carried);
}

/** Drops a perceptron of 58 parameters, by the seed of its weights, and its samples. */
export async function dropMlp(page: Evaluates, seed = 1): Promise<void> {
  const data = vectors();
  if (data.kind !== "files") throw new Error("the vectors are files");
  await drop(page, [...mlp("tanh", seed).files, ...data.files]);
}
