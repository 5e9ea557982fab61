/** Paper is light, and narrower than the window that the charts were drawn for. */
import type { Theme } from "../store/theme.ts";

/** Before printing: the light theme, and charts that shrink with the sheet. Afterwards all is as before. */
export function printOnPaper(theme: () => Theme): void {
  const root = document.documentElement;
  const charts = () => document.querySelectorAll<SVGSVGElement>(".chart > svg");
  const rescale = () => {
    for (const chart of charts()) {
      const [width, height] = [chart.width, chart.height].map((length) => length.baseVal.value);
      chart.setAttribute("viewBox", `0 0 ${width} ${height}`);
    }
  };
  // A browser may lay the sheet out in time for the charts to be drawn again.
  const observer = new MutationObserver(rescale);
  addEventListener("beforeprint", () => {
    root.dataset.theme = "light";
    rescale();
    observer.observe(root, { subtree: true, attributeFilter: ["width", "height"] });
  });
  addEventListener("afterprint", () => {
    observer.disconnect();
    root.dataset.theme = theme();
    for (const chart of charts()) chart.removeAttribute("viewBox");
  });
}
