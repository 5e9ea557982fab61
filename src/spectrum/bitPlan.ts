/**
 * Bit widths under a budget: choose one option per layer so that the sum of the losses is least while the sum of the
 * costs stays within the budget (the integer programme of HAWQ-V3, Yao et al. 2021, eq. 5; a multiple-choice knapsack).
 *
 * Solved exactly, and for every budget at once: the non-dominated pairs (cost, loss) of the first i layers give those of
 * the first i + 1 (Nemhauser and Ullmann, "Discrete dynamic programming and capital allocation", 1969). What is left at
 * the end is the whole Pareto front, so that the optimum needs no further proof.
 */

export interface PlanOption {
  /** e.g. bits of a weight. */
  readonly bits: number;
  /** Of the budget's unit: bytes, bit operations, milliseconds. */
  readonly cost: number;
  /** Predicted rise of the loss. */
  readonly loss: number;
}

/** Layers that share one choice, with the sums of their costs and losses; a layer of its own is a group of one. */
export interface PlanGroup {
  readonly name: string;
  readonly options: readonly PlanOption[];
}

export interface Plan {
  /** An option per group, in the order of the groups. */
  readonly choice: readonly PlanOption[];
  readonly cost: number;
  readonly loss: number;
}

/** More would not fit into memory; the front of a real network has some ten thousand. */
const MOST_STATES = 4_000_000;

/** A front that memory does not hold. The message says what helps. */
export class TooManyPlans extends Error {
  override readonly name = "TooManyPlans";
}

/** The non-dominated sums after some groups, by rising cost and falling loss. */
interface Stage {
  readonly cost: Float64Array;
  readonly loss: Float64Array;
  /** State of the stage before, and option of this group. */
  readonly parent: Int32Array;
  readonly option: Uint8Array;
}

/**
 * All plans that no other beats in both cost and loss, by rising cost.
 * @param budget plans above it are left out, which saves work
 * @throws RangeError for a group without options, or costs and losses that are not finite
 * @throws TooManyPlans where the front has more than four million states
 */
export class ParetoFront {
  readonly #groups: readonly PlanGroup[];
  readonly #stages: readonly Stage[];

  constructor(groups: readonly PlanGroup[], budget = Number.POSITIVE_INFINITY) {
    this.#groups = groups;
    const least = leastCosts(groups);
    let stage: Stage = {
      cost: Float64Array.of(0),
      loss: Float64Array.of(0),
      parent: Int32Array.of(-1),
      option: Uint8Array.of(0),
    };
    const stages: Stage[] = [];
    let states = 0;
    groups.forEach((group, i) => {
      // Sums in another order differ in their last digits: a plan of exactly the budget must stay.
      const room = budget + 1e-12 * Math.abs(budget) - least[i + 1];
      stage = extended(stage, group.options, room);
      stages.push(stage);
      states += stage.cost.length;
      if (states > MOST_STATES)
        throw new TooManyPlans(`More than ${MOST_STATES} plans are undominated: use fewer bit widths.`);
    });
    this.#stages = stages;
  }

  /** Plans on the front. */
  get size(): number {
    return this.#stages.at(-1)?.cost.length ?? 0;
  }

  /** @returns cost and loss of every plan, by rising cost */
  points(): readonly { readonly cost: number; readonly loss: number }[] {
    const last = this.#stages.at(-1);
    return last === undefined ? [] : Array.from(last.cost, (cost, i) => ({ cost, loss: last.loss[i] }));
  }

  /** The plan at a place of the front. */
  plan(place: number): Plan {
    const choice: PlanOption[] = new Array(this.#groups.length);
    let at = place;
    for (let i = this.#stages.length - 1; i >= 0; i--) {
      choice[i] = this.#groups[i].options[this.#stages[i].option[at]];
      at = this.#stages[i].parent[at];
    }
    return {
      choice,
      cost: choice.reduce((sum, { cost }) => sum + cost, 0),
      loss: choice.reduce((sum, { loss }) => sum + loss, 0),
    };
  }

  /** The plan of least loss within the budget; null if even the cheapest is above it. */
  best(budget: number): Plan | null {
    const costs = this.#stages.at(-1)?.cost ?? new Float64Array();
    const limit = budget + 1e-12 * Math.abs(budget);
    let place = -1;
    // The last one within the budget has the least loss.
    while (place + 1 < costs.length && costs[place + 1] <= limit) place++;
    return place < 0 ? null : this.plan(place);
  }
}

/** The least that the groups from i on can cost, for i = 0 to their number. */
function leastCosts(groups: readonly PlanGroup[]): Float64Array {
  const least = new Float64Array(groups.length + 1);
  for (let i = groups.length - 1; i >= 0; i--) {
    const { name, options } = groups[i];
    if (options.length === 0 || options.length > 256)
      throw new RangeError(`${name}: expected 1 to 256 options, found ${options.length}`);
    if (!options.every(({ cost, loss }) => Number.isFinite(cost) && Number.isFinite(loss)))
      throw new RangeError(`${name}: expected finite costs and losses`);
    least[i] = least[i + 1] + Math.min(...options.map(({ cost }) => cost));
  }
  return least;
}

/** Every state with every option, merged by cost; a state is kept if it has less loss than all that cost no more. */
function extended(before: Stage, options: readonly PlanOption[], room: number): Stage {
  const heads = new Int32Array(options.length);
  const length = before.cost.length;
  const [cost, loss, parent, option]: number[][] = [[], [], [], []];
  let lowest = Number.POSITIVE_INFINITY;
  for (;;) {
    let next = -1;
    let [nextCost, nextLoss] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let o = 0; o < options.length; o++) {
      if (heads[o] === length) continue;
      const c = before.cost[heads[o]] + options[o].cost;
      const l = before.loss[heads[o]] + options[o].loss;
      if (c < nextCost || (c === nextCost && l < nextLoss)) [next, nextCost, nextLoss] = [o, c, l];
    }
    if (next < 0 || nextCost > room) break;
    if (nextLoss < lowest) {
      lowest = nextLoss;
      cost.push(nextCost);
      loss.push(nextLoss);
      parent.push(heads[next]);
      option.push(next);
    }
    heads[next]++;
  }
  return {
    cost: Float64Array.from(cost),
    loss: Float64Array.from(loss),
    parent: Int32Array.from(parent),
    option: Uint8Array.from(option),
  };
}

/** Layers that must share their bits, as one group each: costs and losses add up option by option. */
export function tieGroups(
  layers: readonly PlanGroup[],
  tied: readonly (readonly number[])[],
): readonly PlanGroup[] {
  const leader = new Map<number, number>();
  for (const set of tied) for (const layer of set) leader.set(layer, Math.min(...set));
  const groups = new Map<number, PlanGroup>();
  layers.forEach((layer, i) => {
    const at = leader.get(i) ?? i;
    const group = groups.get(at);
    groups.set(at, group === undefined ? layer : joined(group, layer));
  });
  return [...groups.values()];
}

function joined(a: PlanGroup, b: PlanGroup): PlanGroup {
  const name = `${a.name}, ${b.name}`;
  const options = a.options.map((option, i) => {
    const other = b.options[i];
    if (other?.bits !== option.bits) throw new RangeError(`${name}: tied layers need the same bit widths`);
    return { bits: option.bits, cost: option.cost + other.cost, loss: option.loss + other.loss };
  });
  return { name, options };
}
