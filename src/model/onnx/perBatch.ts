import { sizeOf } from "../graph.ts";
import { type Constant, constant } from "./tensor.ts";

/**
 * Values that the file computes from integer inputs without a parameter: token numbers, masks, positions. They have no
 * derivative, so they are folded on the CPU like constants, but once per batch: while the graph is written they hold
 * placeholders of the right shape, and how each is made is kept, in order, to be done again with the numbers of a batch.
 */

/** @param real false for placeholders, whose numbers must not be checked */
type Make = (inputs: readonly Constant[], real: boolean) => Constant;

interface Step {
  readonly result: Constant;
  readonly inputs: readonly Constant[];
  readonly make: Make;
}

/** The numbers of a batch by the name of the file's input. */
export type Numbers = Readonly<Record<string, ArrayLike<number>>>;

export class PerBatch {
  readonly #inputs = new Map<string, Constant>();
  /** Each after the steps that it needs. */
  readonly #steps: Step[] = [];
  readonly #members = new Set<Constant>();

  /** Whether the value differs from batch to batch: its numbers must not be looked at. */
  has(value: Constant): boolean {
    return this.#members.has(value);
  }

  /** An integer or boolean input of the file. */
  input(name: string, placeholder: Constant): Constant {
    this.#inputs.set(name, placeholder);
    this.#members.add(placeholder);
    return placeholder;
  }

  /** `make(inputs)`, to be made anew for each batch if an input is. `make` must give one shape whatever the numbers. */
  derive(inputs: readonly Constant[], make: Make): Constant {
    return this.record(make(inputs, !this.#any(inputs)), inputs, make);
  }

  /** The same where `make(inputs)` has given `result` already. */
  record(result: Constant, inputs: readonly Constant[], make: Make): Constant {
    if (this.has(result) || !this.#any(inputs)) return result;
    this.#steps.push({ result, inputs, make });
    this.#members.add(result);
    return result;
  }

  #any(inputs: readonly Constant[]): boolean {
    return inputs.some((input) => this.has(input));
  }

  /** The values wanted, with the numbers of a batch. */
  resolve(numbers: Numbers, wanted: Iterable<Constant>): ReadonlyMap<Constant, Constant> {
    const needed = new Set(wanted);
    for (const { result, inputs } of this.#steps.toReversed())
      if (needed.has(result)) for (const input of inputs) needed.add(input);
    const known = new Map<Constant, Constant>();
    for (const [name, placeholder] of this.#inputs) {
      const { element, shape } = placeholder;
      const data = numbers[name];
      if (data?.length !== sizeOf(shape))
        throw new Error(`internal: ${data?.length ?? 0} numbers for input ${name} [${shape}]`);
      known.set(placeholder, constant(element, shape, data));
    }
    for (const { result, inputs, make } of this.#steps)
      if (needed.has(result))
        known.set(
          result,
          make(
            inputs.map((input) => known.get(input) ?? input),
            true,
          ),
        );
    return known;
  }
}
