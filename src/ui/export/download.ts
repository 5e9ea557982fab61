/** Hands a file to the reader. Frames that may not download get an error to show. */

export function download(name: string, content: string | Blob, type = "text/plain"): void {
  const blob = typeof content === "string" ? new Blob([content], { type: `${type};charset=utf-8` }) : content;
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The download has taken the blob by then; a page that keeps all of them would grow.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** `resnet20-density.svg`, without what file systems do not like. */
export const fileName = (model: string, what: string, ending: string): string =>
  `${model
    .replace(/\.[a-z]+$/i, "")
    .replace(/[^\w.-]+/g, "-")
    .toLowerCase()}-${what}.${ending}`;
