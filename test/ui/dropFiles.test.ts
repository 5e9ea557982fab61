import { expect, test } from "vitest";
import { filesOf, filesOfDrop, readFiles } from "../../src/ui/dropFiles.ts";

const file = (name: string): File => new File([name], name);
const leaf = (name: string) => ({
  ...{ isFile: true, isDirectory: false, name },
  file: (done: (file: File) => void) => done(file(name)),
});
/** Hands out its entries two at a time, as browsers do a hundred at a time. */
const folder = (name: string, ...inside: readonly object[]) => ({
  ...{ isFile: false, isDirectory: true, name },
  createReader: () => {
    let at = 0;
    return {
      readEntries: (done: (entries: readonly object[]) => void) => {
        done(inside.slice(at, at + 2));
        at += 2;
      },
    };
  },
});
const drop = (...entries: readonly object[]): DataTransfer =>
  ({
    items: entries.map((entry) => ({ webkitGetAsEntry: () => entry })),
    files: entries.map(({ name }: { name?: string }) => file(name ?? "")),
  }) as unknown as DataTransfer;

test("a dropped folder is walked, images keep their place in it, and what is of no use is passed over", async () => {
  const cats = folder("cat", leaf("1.png"), leaf("2.jpg"), leaf(".DS_Store"));
  const found = await filesOfDrop(drop(folder("pets", cats, leaf("labels.csv"), leaf("config.json"))));
  const { files, refusals } = await readFiles(found);
  expect(files.map(({ name }) => name)).toEqual([
    "pets/cat/1.png",
    "pets/cat/2.jpg",
    "pets/labels.csv",
    "config.json",
  ]);
  expect(refusals).toEqual([]);
});

test("a folder that is chosen in a dialog is told by the paths of its files", async () => {
  const chosen = ["pets/cat/1.png", "pets/dog/2.jpg", "pets/.DS_Store", "pets/config.json"].map((path) =>
    Object.assign(file(path.slice(path.lastIndexOf("/") + 1)), { webkitRelativePath: path }),
  );
  const { files, refusals } = await readFiles(filesOf(chosen as unknown as FileList));
  expect(files.map(({ name }) => name)).toEqual(["pets/cat/1.png", "pets/dog/2.jpg", "config.json"]);
  expect(refusals).toEqual([]);
});

test("files without a folder are taken as before, and a folder without any of use is refused", async () => {
  const alone = await readFiles(await filesOfDrop(drop(leaf("a.npz"), leaf("b.xyz"))));
  expect(alone.files.map(({ name }) => name)).toEqual(["a.npz"]);
  expect(alone.refusals[0]).toMatch(/^b\.xyz: expected a \.safetensors/);
  const none = await readFiles(await filesOfDrop(drop(folder("notes", leaf("b.xyz")))));
  expect(none.refusals).toEqual(["notes/: expected a file of use in it, found none"]);
});
