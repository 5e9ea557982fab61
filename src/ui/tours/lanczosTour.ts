/** How eigenvalues are found: the lessons as a tour. */
import { replayed } from "../../store/lesson/lanczos.ts";
import { count, significant } from "../format.ts";
import { eigenvalue } from "./facts.ts";
import type { Tour } from "./tour.ts";

const FULL = ["resnet20"];

export const lanczos: Tour = {
  title: "How Lanczos finds them",
  stops: [
    {
      title: "One product",
      link: { panel: "learn", lessonStep: 1 },
      target: "matrix",
      runs: FULL,
      say: (run) => {
        const { alpha } = replayed(run, 0);
        return {
          text:
            `Nobody can store ${count(run.parameterCount)} × ${count(run.parameterCount)} numbers, but the Hessian times a vector costs about two gradients. ` +
            `One product with a random unit vector v gives v′Hv = ${significant(alpha[0], 3)}: an estimate of the mean of all eigenvalues, and nothing of the outliers.`,
          claims: {
            "it is far below the outliers": Math.abs(alpha[0]) < 0.001 * eigenvalue(run, "top1").ritz.value,
          },
        };
      },
    },
    {
      title: "Twelve products",
      link: { panel: "learn", lessonStep: 12 },
      target: "ritz",
      runs: FULL,
      say: (run) => {
        const { states } = replayed(run, 0);
        const { nodes, errors } = states[11];
        const top = eigenvalue(run, "top1").ritz.value;
        return {
          text:
            `The 12 × 12 matrix T stands for the whole Hessian, and its largest eigenvalue is ${significant(nodes[11], 5)} ± ${significant(errors[11], 2)}. ` +
            `After all ${states.length} products it is ${significant(top, 5)}.`,
          claims: { "the two agree": Math.abs(nodes[11] - top) < 1e-4 * top },
        };
      },
    },
    {
      title: "Forget the old vectors, and copies appear",
      link: { panel: "learn", lessonStep: 40, orthogonality: "lost" },
      target: "errors",
      runs: FULL,
      say: (run) => ({
        text:
          "Each new vector ought to be orthogonal to all before it. Held against the last two only, in float32, the vectors lose that " +
          "as soon as a Ritz value settles: the orange line. Then settled values return as copies, and a list of eigenvalues " +
          "would count them twice.",
        claims: { "there is room for copies to appear": replayed(run, 0).states.length >= 40 },
      }),
    },
    {
      title: "Power iteration sees the length alone",
      link: { panel: "learn", lesson: "power", powerMatrix: "negated", lessonStep: 12 },
      target: "found",
      runs: FULL,
      say: (run) => {
        const top = eigenvalue(run, "top1").ritz.value;
        return {
          text:
            `Here every eigenvalue has the other sign, so the one farthest from zero is ${significant(-top)}. ` +
            `The length ‖Av‖ tends to ${significant(top)} all the same: only the Rayleigh quotient v′Av has the sign. ` +
            "Switch to the opposite pair to see an iteration that never settles.",
          claims: {
            "the farthest from zero is positive in the run": top > -eigenvalue(run, "bottom1").ritz.value,
          },
        };
      },
    },
  ],
};
