import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Control,
  type ControlValues,
  controlKeys,
  controls,
  defaultValues,
  parseControl,
} from "../../src/store/controls.ts";
import { decodeLink, encodeLink } from "../../src/store/link.ts";
import { controlsOf, runSettings } from "../../src/store/runSettings.ts";
import { tensorPatterns } from "../../src/store/tensorPatterns.ts";

/** A value that the control accepts. */
function acceptable(control: Control): fc.Arbitrary<string | number> {
  switch (control.kind) {
    case "number":
      return control.step === 1
        ? fc.integer({ min: control.min, max: control.max })
        : fc.double({ min: control.min, max: control.max, noNaN: true });
    case "choice":
      return fc.constantFrom(...control.options.map((option) => option.value));
    case "name":
      return fc.stringMatching(control.pattern);
  }
}

const values = fc.record(
  Object.fromEntries(controlKeys.map((key) => [key, acceptable(controls[key])])),
) as unknown as fc.Arbitrary<ControlValues>;

describe("the link", () => {
  test("is empty when everything stands at its default", () => {
    expect(encodeLink(defaultValues, "auto")).toBe("");
  });

  test("carries every control there and back", () => {
    fc.assert(
      fc.property(values, (state) => {
        const decoded = decodeLink(encodeLink(state, "auto"));
        expect(decoded).toEqual({ values: state, problems: [] });
      }),
    );
  });

  test("names what it cannot use and takes the default", () => {
    const { values: read, problems } = decodeLink("#steps=9999&bn=train&probes=3");
    expect(read).toEqual({ ...defaultValues, probes: 3 });
    expect(problems).toEqual([
      'The link: BatchNorm: expected eval or batch, found "train". The default, eval, is used.',
      'The link: Steps: expected a whole number from 2 to 400, found "9999". The default, 80, is used.',
    ]);
  });

  test("keeps the projector theme and no other", () => {
    expect(encodeLink(defaultValues, "projector")).toBe("#theme=projector");
    expect(encodeLink(defaultValues, "dark")).toBe("");
  });

  test("has one key for each control", () => {
    const keys = controlKeys.map((key) => controls[key].url);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).not.toContain("theme");
  });
});

describe("a control", () => {
  test("accepts its own default", () => {
    for (const key of controlKeys) {
      expect(parseControl(key, String(defaultValues[key]))).toEqual({ ok: true, value: defaultValues[key] });
    }
  });

  test.each(["", " ", "1.5", "-1", "NaN", "1e99", "0x", "ten"])(
    "refuses %j as a number of probes",
    (text) => {
      expect(parseControl("probes", text)).toEqual({
        ok: false,
        message: `Probes: expected a whole number from 1 to 64, found ${JSON.stringify(text)}`,
      });
    },
  );
});

describe("the matrix of a run", () => {
  test("goes from the form to the settings and back, with patterns as a list", () => {
    const values = {
      ...defaultValues,
      operator: "ggn",
      params: " layer3.*, -*.bn* fc.weight",
      weightDecay: 0.01,
    } as const;
    const settings = runSettings(values);
    expect(settings).toMatchObject({
      ...{ operator: "ggn", weightDecay: 0.01 },
      params: ["layer3.*", "-*.bn*", "fc.weight"],
    });
    expect(controlsOf(settings)).toMatchObject({
      ...{ operator: "ggn", weightDecay: 0.01, params: "layer3.*, -*.bn*, fc.weight" },
    });
    expect(runSettings(defaultValues).params).toEqual([]);
  });

  test("is the Hessian of all tensors where an older result does not say, and Gauss-Newton for the exact Fisher", () => {
    expect(controlsOf({ steps: 9 })).toMatchObject({
      operator: "hessian",
      params: "",
      weightDecay: 0,
      steps: 9,
    });
    expect(controlsOf({ operator: "fisher" })).toMatchObject({ operator: "ggn" });
  });

  test("suggests stages and heads, and all but the embeddings", () => {
    const layer = (k: number) => [
      `bert.encoder.layer.${k}.query.weight`,
      `bert.encoder.layer.${k}.query.bias`,
    ];
    const names = ["bert.embeddings.word_embeddings.weight", ...layer(0), ...layer(1), "classifier.weight"];
    expect(tensorPatterns(names)).toEqual([
      ...["-*embedding*", "bert.*", "bert.encoder.layer.0.*", "bert.encoder.layer.1.*", "classifier.*"],
    ]);
    expect(tensorPatterns(["fc1.weight", "fc1.bias"])).toEqual([]);
  });
});
