/** Paper is light, and narrower than the window that the charts were drawn for. */
import type { Theme } from "../store/theme.ts";

/** Before printing: the light theme, and charts that shrink with the sheet. Afterwards all is as before. */
export function printOnPaper(theme: () => Theme): void {
  const root = document.documentElement;
  const charts = () => document.querySelectorAll<SVGSVGElement>(".chart > svg");
  addEventListener("beforeprint", () => {
    root.dataset.theme = "light";
    for (const chart of charts()) {
      const [width, height] = [chart.width, chart.height].map((length) => length.baseVal.value);
      chart.setAttribute("viewBox", `0 0 ${width} ${height}`);
    }
  });
  addEventListener("afterprint", () => {
    root.dataset.theme = theme();
    for (const chart of charts()) chart.removeAttribute("viewBox");
  });
}
