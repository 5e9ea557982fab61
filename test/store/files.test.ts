import { describe, expect, test } from "vitest";
import { dataFile, filesOfSide, modelFile } from "../../src/run/roles.ts";
import {
  missingFile,
  noUpload,
  parseChannels,
  refuseUnread,
  takeFiles,
  type Upload,
} from "../../src/store/files.ts";
import { keepTheme, readTheme } from "../../src/store/theme.ts";

const names = ({ files }: Upload) => files.map(({ name }) => name);
const file = (name: string) => ({ name, bytes: new Uint8Array() });

describe("dropped files", () => {
  test("are told apart by their names", () => {
    const upload = takeFiles(noUpload, [file("b.npz"), file("a.SafeTensors")], []);
    expect([modelFile(upload.files)?.name, dataFile(upload.files)?.name]).toEqual(["a.SafeTensors", "b.npz"]);
    expect(missingFile(upload)).toBeNull();
  });

  test("a config.json goes with its checkpoint and is not inherited by the next one", () => {
    const upload = takeFiles(noUpload, [file("config.json"), file("a.safetensors")], []);
    expect(names(upload)).toEqual(["config.json", "a.safetensors"]);
    expect(names(takeFiles(upload, [file("b.npz")], []))).toEqual(["config.json", "a.safetensors", "b.npz"]);
    expect(names(takeFiles(upload, [file("c.safetensors")], []))).toEqual(["c.safetensors"]);
  });

  test("a tokenizer of several files goes with its checkpoint, and text is data", () => {
    const dropped = ["tokenizer.json", "tokenizer_config.json", "vocab.txt", "config.json", "a.safetensors"];
    const upload = takeFiles(noUpload, [...dropped, "dev.TSV"].map(file), []);
    expect(filesOfSide(upload.files, "model").map(({ name }) => name)).toEqual(dropped);
    expect([dataFile(upload.files)?.name, missingFile(upload)]).toEqual(["dev.TSV", null]);
    expect(names(takeFiles(upload, [file("b.npz")], []))).toEqual([...dropped, "b.npz"]);
    expect(names(takeFiles(upload, [file("c.safetensors")], []))).toEqual(["dev.TSV", "c.safetensors"]);
  });

  test("of the same kind replace each other", () => {
    const upload = takeFiles(takeFiles(noUpload, [file("a.npz")], []), [file("b.npz")], []);
    expect(names(upload)).toEqual(["b.npz"]);
    expect(missingFile(upload)).toBe(
      "b.npz is here. Still missing: the model, a .safetensors, .onnx or .pt file.",
    );
  });

  test("of another kind, or too large, are refused unread", () => {
    expect(refuseUnread("net.pkl", 10)).toBe(
      "net.pkl: expected a .safetensors, .onnx (with its .onnx.data) or .pt model, its config.json and tokenizer, an .npz batch (or .npy arrays) with images, vectors or tokens and labels, .png or .jpg images in a folder a class or with a .csv of files and labels, a .tsv, .csv or .jsonl file with sentences and labels, a .parquet file with images or sentences and labels, or the .json of a run",
    );
    expect(refuseUnread("a.npz", 2 ** 31)).toBe(
      "a.npz: expected at most 1073741824 bytes, found 2147483648: drop a smaller file",
    );
    expect(refuseUnread("a.npz", 100)).toBeNull();
  });
});

test.each([
  ["mean", "", null],
  ["mean", "0.5", [0.5]],
  ["std", "0.2, 0.3;0.4", [0.2, 0.3, 0.4]],
] as const)("channels: %s %j", (label, text, values) => {
  expect(parseChannels(label, text)).toEqual({ values });
});

test("a standard deviation must be positive", () => {
  expect(parseChannels("std", "0.1, 0")).toEqual({
    problem: 'std: expected positive numbers separated by commas, one a channel, found "0.1, 0"',
  });
});

describe("the theme", () => {
  const closed = () => {
    throw new Error("SecurityError");
  };

  test("works in frames that have no storage", () => {
    expect(readTheme({ hash: "", storage: closed })).toBe("auto");
    expect(() => keepTheme("dark", closed)).not.toThrow();
  });

  test("of the link comes before the one that was kept", () => {
    const storage = () => ({ getItem: () => "dark", setItem: () => {} });
    expect(readTheme({ hash: "#theme=projector", storage })).toBe("projector");
    expect(readTheme({ hash: "#theme=pink", storage })).toBe("dark");
  });
});
