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
