/** What the bench measures, in pieces that each take minutes at most and a process of their own. */
import { dawn } from "../src/cli/dawn.ts";
import { CASES, caseOf, isGenerated, readBundled } from "./cases.ts";
import { type CompilationRow, measureCompilation } from "./compilation.ts";
import { type CountRow, countProduct } from "./counts.ts";
import { comparePeer, type PeerRow } from "./jax/compare.ts";
import { PATHS } from "./jax/peer.ts";
import { type LanczosRow, measureLanczos } from "./lanczos.ts";
import { type LandscapeRow, measureLandscapes } from "./landscape.ts";
import { type LayersRow, measureLayers } from "./layers.ts";
import { median } from "./measure.ts";
import { problemOf } from "./models/generated.ts";
import { PERCEPTRON, perceptron } from "./models/nets.ts";
import { measureProducts, type ProductRow } from "./products.ts";
import { measureProfile, type ProfileRow } from "./profile.ts";
import { measureScaling, type ScalingCase, type ScalingRow } from "./scaling.ts";

/** Rows by the kind of measurement. */
export interface Rows {
  readonly counts: CountRow;
  readonly products: ProductRow;
  readonly compilation: CompilationRow;
  readonly lanczos: LanczosRow;
  readonly peer: PeerRow;
  readonly profile: ProfileRow;
  readonly scaling: ScalingRow;
  readonly landscapes: readonly LandscapeRow[];
  readonly layers: readonly LayersRow[];
}

export type Part = keyof Rows;

export interface Unit<P extends Part = Part> {
  readonly part: P;
  readonly model: string;
  /** Which of the part's measurements of this model. */
  readonly variant: string | null;
  readonly measure: (rounds: number) => Promise<Rows[P]>;
}

export const nameOf = ({ part, model, variant }: Pick<Unit, "part" | "model" | "variant">): string =>
  [part, model, ...(variant === null ? [] : [variant])].join("/");

const LANCZOS_STEPS = 12;
/**
 * Orthogonalisation grows with the steps and does not depend on the batch: so many steps cost the most, beside products of
 * few samples the most.
 */
const MANY_STEPS = 100;
const FEW_SAMPLES = 16;

const unit = <P extends Part>(
  part: P,
  model: string,
  variant: string | null,
  measure: Unit<P>["measure"],
): Unit<P> => ({ part, model, variant, measure });

/** A case of another size, for `measureScaling`. */
const small = async (model: string, batch: number, probes: number): Promise<ScalingCase> => ({
  of: await caseOf(model, batch),
  probes,
});

const inOrder = <T, R>(list: readonly T[], make: (item: T) => Promise<R>): Promise<R[]> =>
  Promise.all(list.map(make));

const narrow = (width: number): ScalingCase => {
  const [inputs, , , classes] = PERCEPTRON;
  const net = perceptron(16, [inputs, width, width, classes]);
  return { of: { ...net, problem: problemOf(net) }, probes: 1 };
};

const COUNTS = [1, 2, 4, 8];

/** The first are those that the goals are about. */
export const UNITS: readonly Unit[] = [
  ...CASES.map((id) => unit("counts", id, null, async () => countProduct(await caseOf(id)))),
  ...CASES.map((id) =>
    unit("products", id, null, async (rounds) => measureProducts(dawn(), await caseOf(id), rounds)),
  ),
  ...CASES.map((id) =>
    unit("compilation", id, null, async () => measureCompilation(dawn(), await caseOf(id))),
  ),
  ...CASES.filter(isGenerated).flatMap((id) =>
    PATHS.map((path) => unit("peer", id, path, (rounds) => comparePeer(dawn(), id, "webgpu", path, rounds))),
  ),
  ...["mlp", "conv3", "bert"].map((id) =>
    unit("peer", id, "wasm", (rounds) => comparePeer(dawn(), id, "wasm", "jit(linearize)", rounds)),
  ),
  ...CASES.map((id) =>
    unit("lanczos", id, null, async () => measureLanczos(dawn(), await caseOf(id), LANCZOS_STEPS)),
  ),
  unit("lanczos", "bundled-resnet20", `${MANY_STEPS} steps`, async () =>
    measureLanczos(dawn(), await caseOf("bundled-resnet20", FEW_SAMPLES), MANY_STEPS),
  ),
  ...CASES.map((id) =>
    unit("profile", id, null, async (rounds) => measureProfile(dawn(), await caseOf(id), rounds)),
  ),
  unit("scaling", "conv3", "batch", async (rounds) => {
    const cases = await inOrder(COUNTS, (batch) => small("conv3", batch, 1));
    return measureScaling(dawn(), "conv3", "batch", cases, rounds);
  }),
  ...(["mlp", "conv3"] as const).map((id) =>
    unit("scaling", id, "probes", async (rounds) => {
      const cases = await inOrder(COUNTS, (probes) => small(id, id === "mlp" ? 8 : 1, probes));
      return measureScaling(dawn(), id, "probes", cases, rounds);
    }),
  ),
  unit("scaling", "mlp", "parameters", (rounds) =>
    measureScaling(dawn(), "mlp", "parameters", [64, 128, 256, 512].map(narrow), rounds),
  ),
  unit("landscapes", "small", null, (rounds) => measureLandscapes(dawn(), rounds, readBundled, median)),
  unit("layers", "small", null, (rounds) => measureLayers(dawn(), rounds, median)),
];
