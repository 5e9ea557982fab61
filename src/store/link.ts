/** Link = state: the controls in the hash of the address, those at their defaults left out. */

import { linkProblems as words } from "../strings/en.ts";
import {
  type Control,
  type ControlKey,
  type ControlValues,
  controlKeys,
  controls,
  defaultValues,
  parseControl,
} from "./controls.ts";
import type { Theme } from "./theme.ts";

/**
 * `#model=resnet20-nobn&steps=40`, or an empty string when everything is at its default. Of the themes only the
 * projector's travels: light or dark is the reader's own affair.
 */
export function encodeLink(values: ControlValues, theme: Theme): string {
  const pairs = controlKeys
    .filter((key) => values[key] !== defaultValues[key])
    .map((key) => [controls[key].url, String(values[key])]);
  if (theme === "projector") pairs.push(["theme", theme]);
  return pairs.length === 0 ? "" : `#${new URLSearchParams(pairs)}`;
}

/** The controls that a hash sets, and a sentence for each part that cannot be used. Unknown keys are let pass. */
export function decodeLink(hash: string): { values: ControlValues; problems: string[] } {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  const values: Partial<Record<ControlKey, string | number>> = { ...defaultValues };
  const problems: string[] = [];
  for (const key of controlKeys) {
    const control: Control = controls[key];
    const former = control.kind === "name" ? control.formerly : undefined;
    const text = parameters.get(control.url) ?? (former === undefined ? null : parameters.get(former));
    if (text === null) continue;
    const checked = parseControl(key, text);
    if (checked.ok) values[key] = checked.value;
    else problems.push(words.unusable(checked.message, String(defaultValues[key] || words.nothing)));
  }
  return { values: values as ControlValues, problems };
}
