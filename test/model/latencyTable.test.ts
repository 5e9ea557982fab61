import { expect, test } from "vitest";
import { readLatencyTable } from "../../src/model/latencyTable.ts";

const read = (text: string, file = "times.csv") => readLatencyTable(new TextEncoder().encode(text), file);

test("a latency table is read from CSV in any order of its columns, and from JSON", () => {
  const rows = [
    { layer: "conv1.weight", bits: 4, ms: 0.11 },
    { layer: "a,b", bits: 8, ms: 0 },
  ];
  expect(read('ms,layer,bits\r\n0.11,conv1.weight,4\r\n0,"a,b",8\r\n')).toEqual(rows);
  expect(read('{"conv1.weight": {"4": 0.11}, "a,b": {"8": 0}}', "times.json")).toEqual(rows);
});

test.each([
  ["layer,bits\nconv1,4\n", "times.csv: first line: expected the columns layer, bits, ms, file has "],
  ["layer,bits,ms\nconv1,9,1\n", 'times.csv: "conv1": expected 2 to 8 bits, file has 9.'],
  [
    "layer,bits,ms\nconv1,4,-1\n",
    'times.csv: "conv1" at 4 bits: expected milliseconds of at least 0, file has -1.',
  ],
  ["layer,bits,ms\nconv1,4,fast\n", "expected milliseconds of at least 0, file has NaN."],
  [
    "layer,bits,ms\nconv1,4,\n",
    "line 2: expected a number of bits and of milliseconds, file has an empty cell.",
  ],
  ["layer,bits,ms\nconv1,4,1\nconv1,4,2\n", '"conv1" at 4 bits: expected one time, file has two.'],
  ["layer,bits,ms\n", "line 2: expected at least one time, file has none."],
])("refuses %j by its place", (text, message) => {
  expect(() => read(text)).toThrow(message);
});

test.each([
  ['{"conv1": 3}', 'times.json: "conv1": expected an object of times by bits, file has 3.'],
  ['{"conv1": {"4": "1"}}', '"conv1" at "4" bits: expected a number, file has "1".'],
  ["[]", "expected a JSON object, file has an array."],
])("refuses %j by its place", (text, message) => {
  expect(() => read(text, "times.json")).toThrow(message);
});
