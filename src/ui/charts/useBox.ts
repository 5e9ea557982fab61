import { useLayoutEffect, useRef, useState } from "react";

/** The room of a chart, in CSS pixels; `rem` is the size of the page's type, so that margins grow with it. */
export interface Box {
  readonly width: number;
  readonly height: number;
  readonly rem: number;
}

/** Follows the size of the element that `ref` is put on. Null before the first layout. */
export function useBox() {
  const ref = useRef<HTMLDivElement>(null);
  const [box, setBox] = useState<Box | null>(null);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = element;
      const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      setBox((old) =>
        old?.width === width && old.height === height && old.rem === rem ? old : { width, height, rem },
      );
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, box };
}
