/** How eigenvalues are found: the lessons as a tour. */
import { replayed } from "../../store/lesson/lanczos.ts";
import { tours as words } from "../../strings/en.ts";
import { count, significant } from "../format.ts";
import { eigenvalue } from "./facts.ts";
import type { Tour } from "./tour.ts";

const FULL = ["resnet20"];

export const lanczos: Tour = {
  title: words.lanczos.title,
  stops: [
    {
      title: words.lanczos.one.title,
      link: { panel: "learn", lessonStep: 1 },
      target: "matrix",
      runs: FULL,
      say: (run) => {
        const { alpha } = replayed(run, 0);
        return {
          text: words.lanczos.one.text(count(run.parameterCount), significant(alpha[0], 3)),
          claims: {
            "it is far below the outliers": Math.abs(alpha[0]) < 0.001 * eigenvalue(run, "top1").ritz.value,
          },
        };
      },
    },
    {
      title: words.lanczos.twelve.title,
      link: { panel: "learn", lessonStep: 12 },
      target: "ritz",
      runs: FULL,
      say: (run) => {
        const { states } = replayed(run, 0);
        const { nodes, errors } = states[11];
        const top = eigenvalue(run, "top1").ritz.value;
        return {
          text: words.lanczos.twelve.text({
            largest: significant(nodes[11], 5),
            error: significant(errors[11], 2),
            products: states.length,
            final: significant(top, 5),
          }),
          claims: { "the two agree": Math.abs(nodes[11] - top) < 1e-4 * top },
        };
      },
    },
    {
      title: words.lanczos.copies.title,
      link: { panel: "learn", lessonStep: 40, orthogonality: "lost" },
      target: "errors",
      runs: FULL,
      say: (run) => ({
        text: words.lanczos.copies.text,
        claims: { "there is room for copies to appear": replayed(run, 0).states.length >= 40 },
      }),
    },
    {
      title: words.lanczos.length.title,
      link: { panel: "learn", lesson: "power", powerMatrix: "negated", lessonStep: 12 },
      target: "found",
      runs: FULL,
      say: (run) => {
        const top = eigenvalue(run, "top1").ritz.value;
        return {
          text: words.lanczos.length.text(significant(-top), significant(top)),
          claims: {
            "the farthest from zero is positive in the run": top > -eigenvalue(run, "bottom1").ritz.value,
          },
        };
      },
    },
  ],
};
