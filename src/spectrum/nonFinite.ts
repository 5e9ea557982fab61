/** NaN or infinity came back from the operator: it overflowed, or is not finite at these weights. */
export class NonFiniteError extends Error {
  override readonly name = "NonFiniteError";

  /** `where` names step and probe, `found` the value. */
  constructor(where: string, found: string) {
    super(
      `${where}: ${found}, expected finite numbers; the operator overflows here: ` +
        "check the weights, the batch and its normalisation",
    );
  }
}
