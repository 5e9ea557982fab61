/** The answers that a result holds, for `ui`. */
export { answersTo } from "../run/questions.ts";
