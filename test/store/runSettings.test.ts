import { expect, test } from "vitest";
import { defaultValues } from "../../src/store/controls.ts";
import { controlsOf, runSettings } from "../../src/store/runSettings.ts";

test("a form and the settings of its run are each other's image", () => {
  const values = { ...defaultValues, draw: "random", dataSeed: 7, microBatch: 32, batchSize: 99 } as const;
  const settings = runSettings(values);
  expect(settings).toMatchObject({ draw: "random", dataSeed: 7, microBatch: 32, batchSize: 99 });
  expect(values).toMatchObject(controlsOf(settings));
  expect(runSettings(defaultValues).microBatch).toBeNull();
});

test("results from before a setting existed have its default", () => {
  expect(controlsOf({ steps: 5 })).toMatchObject({ steps: 5, draw: "range", dataSeed: 0, microBatch: 0 });
});
