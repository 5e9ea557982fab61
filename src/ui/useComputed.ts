import { useEffect, useState } from "react";

/** What a promise brings, null until then; `make` must be stable while its inputs are. */
export function useComputed<T>(make: () => Promise<T>): T | null {
  const [found, setFound] = useState<{ readonly by: () => Promise<T>; readonly value: T } | null>(null);
  useEffect(() => {
    let stale = false;
    void make().then((value) => {
      if (!stale) setFound({ by: make, value });
    });
    return () => {
      stale = true;
    };
  }, [make]);
  return found?.by === make ? found.value : null;
}
