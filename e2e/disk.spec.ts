import { BASIS_FOLDER } from "../src/run/opfs.ts";
import { deepMlp, vectors } from "../test/run/files.ts";
import { button, drop, expect, modelChoice, type Page, status, test } from "./page.ts";

/** Names in the folder of Krylov bases. */
const bases = (page: Page): Promise<string[]> =>
  page.evaluate(async (folder) => {
    const root = await navigator.storage.getDirectory();
    const entries = await root.getDirectoryHandle(folder, { create: true });
    const names: string[] = [];
    for await (const name of entries.keys()) names.push(name);
    return names;
  }, BASIS_FOLDER);

test("a Krylov basis that fits no memory lies in a locked file while the run lasts, and in none afterwards", async ({
  page,
}) => {
  const data = vectors();
  if (data.kind !== "files") throw new Error("the vectors are files");
  // 93,603 parameters: the basis of 25 vectors takes 9 MB, all else 6 MB.
  await page.goto("./?memory=0.009&host-memory=0#n=6&steps=24&probes=1&trace=1");
  await page.evaluate(async (folder) => {
    const root = await navigator.storage.getDirectory();
    const entries = await root.getDirectoryHandle(folder, { create: true });
    await entries.getFileHandle("left over by a crash", { create: true });
  }, BASIS_FOLDER);
  await drop(page, [...deepMlp(3, 300).files, ...data.files]);
  await expect(modelChoice(page)).toHaveValue("file");
  // The engine has started, and what no tab has open is gone.
  await expect.poll(() => bases(page)).toEqual([]);
  await page.evaluate(async (folder) => {
    const seen: Record<string, string> = {};
    Object.assign(window, { seen });
    const root = await navigator.storage.getDirectory();
    const entries = await root.getDirectoryHandle(folder);
    const look = async () => {
      for await (const name of entries.keys())
        await entries.removeEntry(name).catch((error: DOMException) => {
          seen[name] ??= error.name;
        });
      setTimeout(look, 20);
    };
    void look();
  }, BASIS_FOLDER);
  await button(page, "Run on this GPU").click();
  await expect(status(page)).toContainText("Finished.", { timeout: 180_000 });
  await expect(page.locator(".meaning")).toContainText("Krylov basis in a file (9");
  const seen = await page.evaluate(() => (window as unknown as { seen: Record<string, string> }).seen);
  expect(Object.values(seen)).toEqual(["NoModificationAllowedError"]);
  await expect.poll(() => bases(page)).toEqual([]);
});
