/** The directions of a landscape, from what was asked for to vectors over all parameters in file order. */

import { FormatError } from "../model/index.ts";
import { difference, orthogonalTo, randomDirection, unitVector } from "../spectrum/index.ts";
import { digest } from "./digest.ts";
import { RunRefusal } from "./fit.ts";
import type { Ground } from "./ground.ts";
import type { Direction, LandscapeAxis, LandscapeMark } from "./protocol.ts";
import { modelFile } from "./roles.ts";
import { openWeights, readWeights } from "./weights.ts";

export type DirectionGround = Pick<Ground, "loaded" | "problem" | "gradient" | "ritz">;

export interface FoundDirections {
  readonly vectors: readonly Float64Array[];
  readonly names: readonly LandscapeAxis["direction"][];
  /** Where the checkpoints lie that span the line or plane. */
  readonly marks: readonly LandscapeMark[];
}

interface Found {
  readonly vector: Float64Array;
  readonly name: LandscapeAxis["direction"];
}

/**
 * A second direction is made orthogonal to the first (Gram-Schmidt), unless both were given as vectors; a random one keeps
 * the lengths of its filters but for that small part.
 * @throws RunRefusal where a direction does not exist or two of them span no plane, FormatError for a checkpoint of
 * another network
 */
export async function findDirections(
  wanted: readonly Direction[],
  ground: DirectionGround,
  signal: AbortSignal,
): Promise<FoundDirections> {
  const found: Found[] = [];
  for (const [place, direction] of wanted.entries()) found.push(await find(direction, place, ground, signal));
  const names = found.map(({ name }) => name);
  const vectors = found.map(({ vector }) => vector);
  /** Where each direction led before it was made orthogonal. */
  const places: number[][] = found.map((_, i) => found.map((__, j) => (i === j ? 1 : 0)));
  if (found.length === 2 && !wanted.every(({ kind }) => kind === "vector")) {
    const plane = orthogonalTo(vectors[0], vectors[1]);
    if (plane === null) throw new RunRefusal("The two directions are parallel: they span no plane.");
    vectors[1] = plane.direction;
    places[1][0] = plane.shift;
  }
  const marks = names.flatMap((name, i) =>
    name.kind === "checkpoint" ? [{ label: name.file, at: places[i] }] : [],
  );
  return {
    vectors,
    names,
    marks: marks.length === 0 ? [] : [{ label: "weights", at: found.map(() => 0) }, ...marks],
  };
}

async function find(
  direction: Direction,
  place: number,
  ground: DirectionGround,
  signal: AbortSignal,
): Promise<Found> {
  const { loaded, gradient, ritz } = ground;
  const { parameters } = ground.problem;
  switch (direction.kind) {
    case "ritz": {
      const { end, place: at } = direction;
      const known = await ritz({ end, place: at }, signal);
      return { vector: known.vector, name: { ...direction, eigenvalue: known.eigenvalue } };
    }
    case "random": {
      const { seed, oneDimensional } = direction;
      const options = { seed, place, oneDimensional };
      return { vector: randomDirection(parameters, loaded.card.tensors, options), name: direction };
    }
    case "gradient": {
      const vector = unitVector(gradient);
      if (vector === null) throw new RunRefusal("The gradient is zero: it has no direction.");
      return { vector, name: direction };
    }
    case "checkpoint":
      return readCheckpoint(direction.files, ground);
    case "vector": {
      const { name, values } = direction;
      if (values.length !== parameters.length)
        throw new RunRefusal(`${name}: expected ${parameters.length} numbers, found ${values.length}.`);
      return { vector: Float64Array.from(values), name: { kind: "vector", name } };
    }
  }
}

/** From the weights to those of another checkpoint of the same network. */
async function readCheckpoint(
  files: Extract<Direction, { kind: "checkpoint" }>["files"],
  { loaded, problem: { parameters } }: DirectionGround,
): Promise<Found> {
  const weights = await openWeights({ kind: "files", files, options: {} }, () =>
    Promise.reject(new Error("internal: a dropped checkpoint reads no bundled file")),
  );
  const options = { ...loaded.options, ...weights.options };
  const { network } = await readWeights({ ...weights, options }, loaded.arrays);
  const expected = loaded.card.tensors;
  const other = network.architecture.parameters;
  const odd = expected.findIndex(
    ({ name, shape }, i) => name !== other[i]?.name || shape.join() !== other[i].shape.join(),
  );
  const { name: file, bytes } = modelFile(files) ?? weights.file;
  if (odd >= 0 || other.length !== expected.length) {
    const at = odd >= 0 ? odd : expected.length;
    const print = (t: { name: string; shape: readonly number[] } | undefined) =>
      t === undefined ? "no tensor" : `${t.name} [${t.shape.join(",")}]`;
    throw new FormatError({
      file,
      where: `tensor ${at}`,
      expected: print(expected[at]),
      found: print(other[at]),
      remedy: "Choose a checkpoint of the same network",
    });
  }
  const vector = difference(parameters, network.parameters);
  if (vector.every((x) => x === 0)) throw new RunRefusal(`${file}: these are the same weights.`);
  return { vector, name: { kind: "checkpoint", file, sha256: await digest(bytes) } };
}
