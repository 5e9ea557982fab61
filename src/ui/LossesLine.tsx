/** That the GPU was lost during the shown run, and that its numbers did not suffer. */
import { deviceLoss } from "../strings/en.ts";
import { usePage } from "./page.ts";

export function LossesLine() {
  const losses = usePage(({ shown }) => (shown?.origin === "live" ? (shown.result.losses ?? 0) : 0));
  return losses === 0 ? null : <p className="calm">{deviceLoss.survived(losses)}</p>;
}
