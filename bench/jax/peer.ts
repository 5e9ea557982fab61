/** jax-js in this process, on the same WebGPU as the engine: its three ways to a Hessian-vector product. */
import { availableParallelism } from "node:os";
import type * as Jax from "@jax-js/jax";
import { sizeOf } from "../../src/model/index.ts";
import type { Generated } from "../models/generated.ts";
import { BERT } from "../models/nets.ts";
import { type Data, losses, type Parameters } from "./losses.ts";

export type PeerDevice = "webgpu" | "wasm";

/** As its documentation offers them: the linear map as it was traced, compiled, and the whole product compiled anew. */
export const PATHS = ["linearize", "jit(linearize)", "jit(jvp(grad))"] as const;
export type Path = (typeof PATHS)[number];

export interface Peer {
  /** One product, waited for; the vector is the one given to `peerOn`. Each path traces and compiles on its first call. */
  readonly product: (path: Path) => Promise<void>;
  /** The same, with the result flat in file order. */
  readonly result: (path: Path) => Promise<Float64Array>;
}

/** It looks for WebGPU where browsers have it. @param gpu that of Dawn */
export async function loadJax(gpu: GPU, device: PeerDevice): Promise<typeof Jax> {
  const navigator = { gpu, userAgent: "Node.js", hardwareConcurrency: availableParallelism() };
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: navigator });
  const jax = await import("@jax-js/jax");
  const found = await jax.init(device);
  if (!found.includes(device)) throw new Error(`jax-js offers no ${device} here: ${found.join(", ")}`);
  jax.defaultDevice(device);
  return jax;
}

/** @param v flat, in file order */
export async function peerOn(jax: typeof Jax, net: Generated, v: ArrayLike<number>): Promise<Peer> {
  const { blockUntilReady, grad, jit, jvp, linearize, tree } = jax;
  const { params } = net.graph;
  const array = (values: Float32Array<ArrayBuffer>, shape: readonly number[]): Jax.Array =>
    jax.numpy.array(values).reshape([...shape]);
  const parametersOf = (flat: ArrayLike<number>): Parameters =>
    Object.fromEntries(
      params.map(({ name, offset, size, fileShape }) => {
        const own = Float32Array.from({ length: size }, (_, i) => flat[offset + i]);
        if (fileShape.length !== 2) return [name, array(own, fileShape)];
        return [name, array(transposed(own, fileShape[0], fileShape[1]), fileShape.toReversed())];
      }),
    );
  const p = parametersOf(net.parameters);
  const direction = parametersOf(v);
  const data: Data = dataOf(net, array);
  await blockUntilReady([p, direction, data]);
  const loss = losses(jax)[net.id];
  const slope = (at: Parameters): Parameters => grad(loss)(at, tree.ref(data)) as Parameters;
  type Product = (v: Parameters) => Parameters;
  /** The gradient is traced and evaluated once, and its linear map is kept. */
  const linearised = async (): Promise<Product> => {
    const [gradient, map] = linearize(slope, [tree.ref(p)]);
    await blockUntilReady(gradient);
    tree.dispose(gradient);
    return map as Product;
  };
  const makers: Record<Path, () => Promise<Product>> = {
    linearize: linearised,
    "jit(linearize)": async () => jit(await linearised()),
    "jit(jvp(grad))": async () => {
      const both = jit((at: Parameters, along: Parameters) => jvp(slope, [at], [along])[1] as Parameters);
      return (along) => both(tree.ref(p), along);
    },
  };
  const known = new Map<Path, Promise<Product>>();
  const apply = async (path: Path): Promise<Parameters> => {
    const maker = known.get(path) ?? makers[path]();
    known.set(path, maker);
    return (await maker)(tree.ref(direction));
  };
  return {
    product: async (path) => {
      const found = await apply(path);
      await blockUntilReady(found);
      tree.dispose(found);
    },
    result: async (path) => {
      const found = await apply(path);
      const flat = new Float64Array(net.parameters.length);
      for (const { name, offset, fileShape } of params) {
        const own = Float32Array.from((await found[name].data()) as Float32Array);
        const inFile = fileShape.length === 2 ? transposed(own, fileShape[1], fileShape[0]) : own;
        flat.set(inFile, offset);
      }
      return flat;
    },
  };
}

function dataOf(
  { id, graph, inputs, batch }: Generated,
  array: (values: Float32Array<ArrayBuffer>, shape: readonly number[]) => Jax.Array,
): Data {
  const [{ name, shape }] = graph.inputs.filter(({ role }) => role === "data");
  const [target] = graph.inputs.filter(({ role }) => role === "target");
  const values = inputs[name] as Float32Array<ArrayBuffer>;
  const targets = array(inputs[target.name] as Float32Array<ArrayBuffer>, target.shape);
  if (shape.length === 4) {
    const [n, height, width, channels] = shape;
    const planes = new Float32Array(values.length);
    for (let i = 0; i < n; i++) {
      const from = i * sizeOf(shape.slice(1));
      planes.set(
        transposed(values.subarray(from, from + sizeOf(shape.slice(1))), height * width, channels),
        from,
      );
    }
    return { x: array(planes, [n, channels, height, width]), targets };
  }
  const { tokens, hidden } = BERT;
  return { x: array(values, id === "bert" ? [batch, tokens, hidden] : shape), targets };
}

/** [rows,columns] to [columns,rows]. */
function transposed(values: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(values.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c];
  return out;
}
