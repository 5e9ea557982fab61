import { describe, expect, it, test } from "vitest";
import { listFolders, listsFiles, listTable } from "../../../src/model/images/listing.ts";
import { refusal } from "../files.ts";

const file = (name: string) => ({ name, bytes: new Uint8Array() });
const files = (...names: string[]) => names.map(file);
const table = (text: string, name = "labels.csv") => ({ name, bytes: new TextEncoder().encode(text) });
const names = (found: readonly { readonly name: string }[]) => found.map(({ name }) => name);

describe("a folder a class", () => {
  it("is read as ImageFolder reads it: classes and files in the order of their names", () => {
    const dropped = files(
      "pets/dog/b.png",
      "pets/cat/10.png",
      "pets/cat/2.png",
      "pets/dog/old/a.png",
      "pets/Eel/x.jpg",
    );
    const { source, files: found, labels, classNames, warnings } = listFolders(dropped, null);
    expect(source).toBe("pets/");
    expect(names(found)).toEqual([
      "pets/Eel/x.jpg",
      "pets/cat/10.png",
      "pets/cat/2.png",
      "pets/dog/b.png",
      "pets/dog/old/a.png",
    ]);
    expect([...labels]).toEqual([0, 1, 1, 2, 2]);
    expect(classNames).toEqual(["Eel", "cat", "dog"]);
    expect(warnings).toEqual([
      `Classes are numbered in the order of the folders' names, as ImageFolder does it ("Eel" is 0, "cat" is 1, "dog" is 2).`,
    ]);
  });

  it("is numbered by config.json where that names the folders", () => {
    const label2id = { cat: 3, dog: 7 };
    const { labels, classNames, warnings } = listFolders(files("dog/1.png", "cat/1.png"), label2id);
    expect([[...labels], classNames, warnings]).toEqual([[3, 7], null, []]);
    expect([...listFolders(files("a/dog/1.png", "a/dog/2.png"), label2id).labels]).toEqual([7, 7]);
    expect([...listFolders(files("n01/1.png", "n02/1.png"), label2id).labels]).toEqual([0, 1]);
    expect([...listFolders(files("constructor/1.png", "x/1.png"), {}).labels]).toEqual([0, 1]);
  });

  test.each([
    [
      files("1.png", "cat/2.png"),
      `folders: expected each image in the folder of its class, file has "1.png"`,
    ],
    [files("1.png", "2.png"), `folders: expected each image in the folder of its class, file has "1.png"`],
    [files("cats/1.png", "cats/2.png"), `folders: expected two classes or more, file has "cats"`],
    [
      files("d/train/cat/1.png", "d/val/cat/1.png"),
      `folders: expected the classes of one split, file has "train" and "val". Choose the folder of one split.`,
    ],
    [
      Array.from({ length: 50_001 }, (_, i) => file(`${i % 2}/${i}.png`)),
      "images: expected at most 50000, file has 50001",
    ],
  ])("is refused where the classes are not clear", (dropped, words) => {
    expect(refusal(() => listFolders(dropped, null))).toContain(words);
  });
});

describe("a table of images", () => {
  const three = files("in/a/1.png", "in/a/2.png", "in/b/3.png");

  it("gives their order and classes; names are relative to it", () => {
    const text = 'Path,class\n./b/3.png,dog\n"a\\1.png",cat\n';
    const { files: found, labels, classNames, source } = listTable(table(text, "in/labels.csv"), three, null);
    expect(names(found)).toEqual(["in/b/3.png", "in/a/1.png"]);
    expect([[...labels], classNames, source]).toEqual([[1, 0], ["cat", "dog"], "in/labels.csv"]);
    const numbers = listTable(table("image\tlabel\n3.png\t5\n", "l.tsv"), three, null);
    expect([[...numbers.labels], numbers.classNames]).toEqual([[5], null]);
    const known = listTable(table("file,label\n3.png,dog\n"), three, { dog: 2, cat: 1 });
    expect([[...known.labels], known.classNames]).toEqual([[2], null]);
  });

  test.each([
    [
      "a,b\n1.png,0\n",
      "columns: expected file or image or path or filename or file_name or image_path, file has no names",
    ],
    ["file,kind\n1.png,0\n", `columns: expected label or labels or class, file has "file", "kind"`],
    [
      "file,label\n../1.png,0\n",
      `line 2: file: expected a path below the table's folder, file has "../1.png"`,
    ],
    [
      "file,label\nC:\\1.png,0\n",
      `line 2: file: expected a path below the table's folder, file has "C:\\\\1.png"`,
    ],
    [
      "file,label\n/etc/1.png,0\n",
      `line 2: file: expected a path below the table's folder, file has "/etc/1.png"`,
    ],
    [
      "file,label\n9.png,0\n",
      `line 2: file: expected an image that lies beside the table, file has "9.png". Add the images.`,
    ],
    ["file,label\n1.png,\n", "line 2: label: expected a class, file has nothing"],
  ])("is refused for %j", (text, words) => {
    expect(refusal(() => listTable(table(text), three, null))).toContain(`labels.csv: ${words}`);
  });

  it("is told from a table of sentences by its first line", () => {
    expect(listsFiles(table("file,label\n").bytes)).toBe(true);
    expect(listsFiles(table('"image_path"\tclass\r\n').bytes)).toBe(true);
    expect(listsFiles(table("sentence\tlabel\nfile,x\n").bytes)).toBe(false);
  });
});
