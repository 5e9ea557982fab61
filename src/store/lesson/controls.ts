/** What the lessons can be set to; a part of the table of controls. */

import { controlWords } from "../../strings/en.ts";
import { choice, integer } from "../controlTypes.ts";

export const lessonControls = {
  lesson: choice(controlWords.lesson, "lesson", ["lanczos", "power"]),
  lessonStep: integer(controlWords.lessonStep, "at", [1, 400, 1]),
  lessonProbe: integer(controlWords.lessonProbe, "probe", [1, 64, 1]),
  orthogonality: choice(controlWords.orthogonality, "orth", ["kept", "lost"]),
  powerMatrix: choice(controlWords.powerMatrix, "matrix", ["measured", "negated", "pair"]),
  powerShift: choice(controlWords.powerShift, "shift", ["none", "top"]),
} as const;
