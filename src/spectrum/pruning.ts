/**
 * Structured pruning: which output channels may go. Without the weights w_c of a channel the loss rises by
 * w_c' H_c w_c / 2 to second order (the gradient left out), which for weights of no preferred direction is
 * tr(H_c)/n_c ||w_c||^2 / 2 (Yu, Yao, Gholami et al. 2021, "Hessian-aware pruning and optimal neural implant", HAP). Rises of
 * different channels add up.
 */

export interface Channel {
  /** The tensor that it belongs to: each keeps one channel at least. */
  readonly tensor: number;
  /** What goes with it: parameters, or multiply-accumulates. */
  readonly cost: number;
  /** Of the loss, without it. */
  readonly rise: number;
}

export interface Removal {
  /** Places of the channels that go, in the order in which they do. */
  readonly order: readonly number[];
  /** Cost of what stays. */
  readonly kept: number;
  readonly rise: number;
  /** Below which no set of channels that meets the budget comes: the best mixture of whole and partial channels. */
  readonly leastRise: number;
}

/**
 * The order in which channels go: by their rise per cost, so that the first ones rise least for what they free; the last
 * one of each tensor stays. As every removal begins with the same channels, one order serves all budgets.
 */
export function removalOrder(channels: readonly Channel[]): number[] {
  const left = new Map<number, number>();
  for (const { tensor } of channels) left.set(tensor, (left.get(tensor) ?? 0) + 1);
  const places = channels.map((_, i) => i);
  // A removal that frees nothing must pay by itself.
  const price = ({ rise, cost }: Channel): number =>
    cost > 0 ? rise / cost : rise < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  places.sort((a, b) => price(channels[a]) - price(channels[b]) || a - b);
  return places.filter((place) => {
    const { tensor } = channels[place];
    const others = (left.get(tensor) ?? 0) - 1;
    if (others > 0) left.set(tensor, others);
    return others > 0;
  });
}

/** The first channels of the order, as many as bring the cost down to the budget; null where all of them do not. */
export function removeWithin(channels: readonly Channel[], budget: number): Removal | null {
  const limit = budget + 1e-12 * Math.abs(budget);
  let kept = channels.reduce((sum, { cost }) => sum + cost, 0);
  let [rise, leastRise] = [0, 0];
  const order: number[] = [];
  for (const place of removalOrder(channels)) {
    const channel = channels[place];
    if (kept > limit) {
      const part = channel.rise < 0 || channel.cost === 0 ? 1 : Math.min(1, (kept - budget) / channel.cost);
      leastRise = rise + part * channel.rise;
      kept -= channel.cost;
      rise += channel.rise;
      order.push(place);
    } else if (channel.rise < 0) leastRise += channel.rise;
    else break;
  }
  return kept <= limit ? { order, kept, rise, leastRise } : null;
}

/** What stays, as a fraction of the whole cost, and the rise, as the channels go one after the other. */
export function removalCurve(
  channels: readonly Channel[],
): { readonly kept: number; readonly rise: number }[] {
  const total = channels.reduce((sum, { cost }) => sum + cost, 0);
  let [left, rise] = [total, 0];
  const points = [{ kept: 1, rise: 0 }];
  for (const place of removalOrder(channels)) {
    left -= channels[place].cost;
    rise += channels[place].rise;
    points.push({ kept: left / total, rise });
  }
  return points;
}
