/** Which estimate of a trace a number of products buys, and what it takes. */

export type TraceMethod = "hutchinson" | "hutch++" | "xtrace";

export interface TraceCost {
  readonly method: TraceMethod;
  /** Products in all. */
  readonly products: number;
  /** Independent or exchangeable samples behind the interval. */
  readonly samples: number;
  /** Numbers on the CPU beyond a few vectors, in bytes. */
  readonly hostBytes: number;
}

/** Below this a sketch has no room. */
export const LEAST_SKETCHED = 6;
/**
 * XTrace's estimates share the products they project off: their spread tells the error only if there are many of them, and many
 * more eigenvalues than products (measured in docs/numerics.md).
 */
const LEAST_OF_XTRACE = 20;
const ROWS_PER_PRODUCT = 10;
/**
 * A sketch pays once it holds the eigenvalues that stand out: a third of the products is its columns. With fewer it leaves
 * too few samples for the rest (measured in docs/numerics.md).
 */
const PRODUCTS_PER_OUTLIER = 3;

/** @param n parameters */
export function traceCost(method: TraceMethod, n: number, products: number): TraceCost {
  const third = Math.floor(products / 3);
  const half = Math.floor(products / 2);
  switch (method) {
    case "hutchinson":
      return { method, products, samples: products, hostBytes: 0 };
    case "hutch++":
      return { method, products, samples: products - 2 * third, hostBytes: 16 * n * third };
    case "xtrace":
      return { method, products: 2 * half, samples: half, hostBytes: 8 * n * half };
  }
}

/**
 * The sharpest estimate whose columns fit and whose interval holds: XTrace for the total alone from 20 products on, Hutch++ where
 * parts per tensor are wanted or products are fewer; Hutchinson where memory is short, or products are fewer than three for each
 * eigenvalue that stands out.
 */
export function chooseTraceMethod(wanted: {
  readonly n: number;
  readonly products: number;
  /** Bytes that may be used on the CPU. */
  readonly hostBudget: number;
  readonly perSegment: boolean;
  /** Eigenvalues that stand out: about as many as the network has classes. */
  readonly outliers: number;
}): TraceCost {
  const { n, products, hostBudget, perSegment, outliers } = wanted;
  const alone = !perSegment && products >= LEAST_OF_XTRACE && n >= ROWS_PER_PRODUCT * products;
  const sketched = traceCost(alone ? "xtrace" : "hutch++", n, products);
  const enough = products >= Math.max(LEAST_SKETCHED, PRODUCTS_PER_OUTLIER * outliers);
  return enough && sketched.hostBytes <= hostBudget ? sketched : traceCost("hutchinson", n, products);
}
