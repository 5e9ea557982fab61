/** What the lessons can be set to; a part of the table of controls. */
import { choice, integer } from "../controlTypes.ts";

export const lessonControls = {
  lesson: choice(
    "Lesson",
    "lesson",
    [
      { value: "lanczos", label: "Lanczos" },
      { value: "power", label: "power iteration" },
    ],
    "How eigenvalues are found with products alone, one product at a time.",
  ),
  lessonStep: integer("Step of the lesson", "at", [1, 400, 1], "The product that the lesson has come to."),
  lessonProbe: integer("Start vector", "probe", [1, 64, 1], "Which probe of the run the lesson follows."),
  orthogonality: choice(
    "Orthogonality",
    "orth",
    [
      { value: "kept", label: "kept" },
      { value: "lost", label: "lost" },
    ],
    "Kept: every new vector is orthogonalised against all before it. Lost: against the last two only, in float32.",
  ),
  powerMatrix: choice(
    "Matrix of the lesson",
    "matrix",
    [
      { value: "measured", label: "as measured" },
      { value: "negated", label: "negated" },
      { value: "pair", label: "opposite pair" },
    ],
    "The eigenvalues of the run; the same with the other sign; or with the negative of the largest added.",
  ),
  powerShift: choice(
    "Shift",
    "shift",
    [
      { value: "none", label: "none" },
      { value: "top", label: "largest λ" },
    ],
    "Iterates with A − shift·I: shifted by the largest eigenvalue, the smallest one is the farthest from zero.",
  ),
} as const;
