import { runLarge } from "./large.ts";
import { watchCollections } from "./memory.ts";
export async function main(argv: readonly string[]): Promise<number> {
  watchCollections();
  for (const { format, bytes, sound, damaged, findings } of await runLarge(1, Number(argv[0]))) {
    console.log(
      format,
      (bytes / 1e6).toFixed(1),
      "MB sound",
      sound.toFixed(2),
      "damaged",
      damaged.toFixed(2),
      findings.length,
      findings.slice(0, 3),
    );
  }
  return 0;
}
