import { describe, expect, test } from "vitest";
import { parseHubAddress } from "../../src/run/hub/address.ts";
import { HubError } from "../../src/run/hub/problem.ts";

const model = (id: string, revision = "main") => ({ kind: "model", id, revision });
const dataset = (id: string, revision = "main") => ({ kind: "dataset", id, revision });

describe("an address on the Hub", () => {
  test.each([
    ["prajjwal1/bert-tiny", model("prajjwal1/bert-tiny")],
    ["  prajjwal1/bert-tiny/ ", model("prajjwal1/bert-tiny")],
    ["gpt2", model("gpt2")],
    ["org/model@v1.0", model("org/model", "v1.0")],
    ["org/model@refs/pr/3", model("org/model", "refs/pr/3")],
    ["org/model/tree/dev", model("org/model", "dev")],
    ["datasets/nyu-mll/glue", dataset("nyu-mll/glue")],
    ["https://huggingface.co/org/model", model("org/model")],
    ["https://huggingface.co/org/model/", model("org/model")],
    ["HTTPS://HuggingFace.co/org/model?library=transformers#use", model("org/model")],
    ["huggingface.co/org/model", model("org/model")],
    ["https://hf.co/org/model", model("org/model")],
    ["https://huggingface.co/org/model/tree/refs%2Fpr%2F4", model("org/model", "refs/pr/4")],
    ["https://huggingface.co/org/model/tree/refs/pr/4", model("org/model", "refs/pr/4")],
    ["https://huggingface.co/datasets/uoft-cs/cifar10/tree/main", dataset("uoft-cs/cifar10")],
    [
      "https://huggingface.co/datasets/a/b/tree/refs%2Fconvert%2Fparquet",
      dataset("a/b", "refs/convert/parquet"),
    ],
  ])("is read from %s", (text, expected) => {
    expect(parseHubAddress(text)).toEqual(expected);
  });

  test.each([
    ["", "Nothing was written."],
    ["http://huggingface.co/org/model", '"http:" is not read'],
    [
      "https://huggingface.co.evil.example/org/model",
      'on "huggingface.co.evil.example", not on huggingface.co',
    ],
    ["https://huggingface.co@evil.example/org/model", "a user name or password"],
    ["https://evil.example/huggingface.co/org/model", 'on "evil.example"'],
    ["https://huggingface.co:8443/org/model", "names a port"],
    ["https://huggıngface.co/org/model", "not on huggingface.co"],
    ["javascript:alert(1)", '"javascript:" is not read'],
    ["//evil.example/org", "a repository has at most two names"],
    ["org/../model", "a repository has at most two names"],
    ["../model", "not the name of a repository"],
    ["org/mo..del", "not the name of a repository"],
    ["org//model", "a repository has at most two names"],
    ["org/mod el", "not the name of a repository"],
    ["org/model/extra", "a repository has at most two names"],
    ["org\\model", "not the name of a repository"],
    ["https://huggingface.co/org%2Fmodel%2F..", "not the name of a repository"],
    ["https://huggingface.co/org/%E0%A4%A", "broken % escape"],
    ["https://huggingface.co/org/model/blob/main/config.json", "names a file or a page inside"],
    ["https://huggingface.co/org/model/tree/main/sub/folder", "is not a revision"],
    ["https://huggingface.co/org/model/tree/..%2F..%2Fapi", "is not a revision"],
    ["org/model@a@b", 'several "@"'],
    ["org/model/tree/v1@v2", "two revisions"],
    ["spaces/org/app", "a Space is a program"],
    [`org/${"a".repeat(500)}`, "characters are too many"],
    ["org/möbel", "not the name of a repository"],
  ])("is refused where it is %s", (text, words) => {
    expect(() => parseHubAddress(text)).toThrow(words);
    try {
      parseHubAddress(text);
    } catch (error) {
      expect(error).toBeInstanceOf(HubError);
      expect((error as HubError).problem).toMatchObject({ kind: "address", wait: null });
      expect((error as HubError).message).toContain("Write org/model");
    }
  });
});
