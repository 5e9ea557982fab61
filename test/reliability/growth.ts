/** Whether memory grows with time. */

/** Taken at the end of a cycle, after garbage was collected. */
export interface Memory {
  /** Since the session began. */
  readonly seconds: number;
  /** Bytes. */
  readonly heap: number;
  /** Of buffers on the GPU that were created and not destroyed. */
  readonly gpu: number;
  /** Of all processes; null where the system does not tell. */
  readonly resident: number | null;
}

export interface Growth {
  /** Bytes at the end of the warm-up and at the end. */
  readonly first: number;
  readonly last: number;
  /** Bytes per minute: the median slope of all pairs of samples (Theil 1950; Sen 1968). */
  readonly perMinute: number;
}

/** The first quarter fills caches and compiles code. */
const WARM_UP = 0.25;

/** Null with fewer than four samples behind the warm-up. */
export function growthOf(samples: readonly Memory[], of: Exclude<keyof Memory, "seconds">): Growth | null {
  const used = samples.slice(Math.floor(WARM_UP * samples.length)).flatMap(({ seconds, ...sample }) => {
    const bytes = sample[of];
    return bytes === null ? [] : [{ minutes: seconds / 60, bytes }];
  });
  if (used.length < 4) return null;
  const slopes = used.flatMap((a, i) =>
    used.slice(i + 1).map((b) => (b.bytes - a.bytes) / (b.minutes - a.minutes)),
  );
  slopes.sort((a, b) => a - b);
  return {
    first: used[0].bytes,
    last: used[used.length - 1].bytes,
    perMinute: slopes[Math.floor(slopes.length / 2)],
  };
}

/** Heap and resident memory breathe; more than this, and a tenth, over the measured time is called growth. */
const BREATH = { heap: 4e6, resident: 64e6 } as const;

/** What grows, in sentences. */
export function growing(samples: readonly Memory[]): string[] {
  const found: string[] = [];
  for (const of of ["heap", "resident"] as const) {
    const growth = growthOf(samples, of);
    if (growth === null) continue;
    const minutes =
      (samples[samples.length - 1].seconds - samples[Math.floor(WARM_UP * samples.length)].seconds) / 60;
    const gained = growth.perMinute * minutes;
    if (gained > BREATH[of] && gained > growth.first / 10)
      found.push(`the ${of} memory grows by ${(growth.perMinute / 1e6).toFixed(2)} MB a minute`);
  }
  const gpu = new Set(samples.map((sample) => sample.gpu));
  if (gpu.size > 1) found.push(`the bytes on the GPU differ from cycle to cycle: ${[...gpu].join(", ")}`);
  return found;
}

/** At most so many, evenly spread, the last among them. */
export function thinned(samples: readonly Memory[], most = 60): Memory[] {
  const step = Math.max(1, Math.ceil(samples.length / most));
  return samples.filter((_, i) => (samples.length - 1 - i) % step === 0);
}
