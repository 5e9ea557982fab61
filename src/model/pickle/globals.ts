import type { ElementKind } from "../decode.ts";
import { quote } from "../errors.ts";
import {
  type DictKey,
  describe,
  Global,
  Inert,
  type PickleDict,
  PickleList,
  type PickleValue,
  Storage,
  TensorView,
} from "./values.ts";

/**
 * The names that a pickle may refer to, and what calling them means here. Nothing is imported and nothing is called:
 * each entry is a few lines of our own that make a plain value of the arguments.
 */

/** Refuses at the instruction that is carried out. */
export type Fail = (expected: string, found: string, remedy?: string) => never;
type Construct = (args: readonly PickleValue[], fail: Fail) => PickleValue;

/** Element types by PyTorch's names of them. */
const DTYPES: Readonly<Record<string, ElementKind>> = {
  float64: "f64",
  float32: "f32",
  float16: "f16",
  bfloat16: "bf16",
  int64: "i64",
  int32: "i32",
  int16: "i16",
  int8: "i8",
  uint64: "u64",
  uint32: "u32",
  uint16: "u16",
  uint8: "u8",
  bool: "bool",
};

/** PyTorch's name of an element type. */
export const dtypeName = (kind: ElementKind): string =>
  Object.keys(DTYPES).find((name) => DTYPES[name] === kind) as string;

/** Element types by the classes of their storages; bytes without a type count as uint8. */
const STORAGES: Readonly<Record<string, ElementKind>> = {
  DoubleStorage: "f64",
  FloatStorage: "f32",
  HalfStorage: "f16",
  BFloat16Storage: "bf16",
  LongStorage: "i64",
  IntStorage: "i32",
  ShortStorage: "i16",
  CharStorage: "i8",
  ByteStorage: "u8",
  BoolStorage: "bool",
  UntypedStorage: "u8",
  _UntypedStorage: "u8",
};

const entriesOf = <T>(prefixes: readonly string[], table: Readonly<Record<string, T>>): [string, T][] =>
  prefixes.flatMap((prefix) =>
    Object.entries(table).map(([name, v]): [string, T] => [`${prefix}${name}`, v]),
  );

const storageKinds = new Map(entriesOf(["torch.", "torch.storage."], STORAGES));
const dtypeKinds = new Map(entriesOf(["torch."], DTYPES));

/** Element type of a storage class by its full name. */
export const storageKind = (name: string): ElementKind | undefined => storageKinds.get(name);

/** Sizes, strides and offsets. */
const wholeNumbers = (value: PickleValue | undefined): value is readonly number[] =>
  Array.isArray(value) && value.length <= mostAxes && value.every(isWhole);
/** Of a tensor in PyTorch. */
const mostAxes = 64;
export const isWhole = (value: PickleValue | undefined): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

/** storage, offset, size, stride: how all kinds of tensors begin. */
function view(args: readonly PickleValue[], fail: Fail, dtype?: ElementKind): TensorView {
  const [storage, offset, shape, strides] = args;
  if (!(storage instanceof Storage)) return fail("a tensor with a storage", describe(storage));
  if (!isWhole(offset)) return fail("a tensor with a whole offset of at least 0", describe(offset));
  if (!wholeNumbers(shape)) return fail("a tensor with a size of whole numbers", describe(shape));
  if (!wholeNumbers(strides)) return fail("a tensor with strides of whole numbers", describe(strides));
  if (strides.length !== shape.length)
    return fail(`${shape.length} strides, one for each axis`, `${strides.length}`);
  return new TensorView({ storage, kind: dtype ?? storage.kind, offset, shape, strides });
}

/** A tensor that is the negative or the conjugate of what its storage holds says so in its last argument. */
function plain(metadata: PickleValue | undefined, fail: Fail): void {
  if (metadata === undefined || metadata === null) return;
  if (metadata instanceof Map && ["conj", "neg"].every((key) => metadata.get(key) !== true)) return;
  fail("a tensor that equals what its storage holds", "a lazily negated or conjugated one");
}

const tensor: Construct = (args, fail) => {
  plain(args[6], fail);
  return view(args, fail);
};

const tensorOfType: Construct = (args, fail) => {
  plain(args[7], fail);
  const dtype = args[6] instanceof Global ? dtypeKinds.get(args[6].name) : undefined;
  return dtype === undefined
    ? fail(`a tensor with a dtype of ${Object.keys(DTYPES).join(", ")}`, describe(args[6]))
    : view(args, fail, dtype);
};

const parameter: Construct = ([data], fail) =>
  data instanceof TensorView ? data : fail("a parameter around a tensor", describe(data));

/** Empty, or from a list of pairs, as Python 2 wrote it. */
const orderedDict: Construct = ([pairs], fail) => {
  const dict: PickleDict = new Map();
  if (pairs === undefined) return dict;
  if (!(pairs instanceof PickleList)) return fail("an OrderedDict of a list", describe(pairs));
  for (const pair of pairs.items) {
    const items = pair instanceof PickleList ? pair.items : pair;
    if (!Array.isArray(items) || items.length !== 2) return fail("an OrderedDict of pairs", describe(pair));
    setItem(dict, items[0], items[1], fail);
  }
  return dict;
};

const inert =
  (name: string): Construct =>
  () =>
    new Inert(name);

const CONSTRUCTORS: ReadonlyMap<string, Construct> = new Map<string, Construct>([
  ["collections.OrderedDict", orderedDict],
  ["torch._utils._rebuild_tensor", tensor],
  ["torch._utils._rebuild_tensor_v2", tensor],
  ["torch._utils._rebuild_tensor_v3", tensorOfType],
  ["torch._utils._rebuild_parameter", parameter],
  ["torch._utils._rebuild_parameter_with_state", parameter],
  ["torch.Size", ([size], fail) => (Array.isArray(size) ? size : fail("a size of a tuple", describe(size)))],
  ...["torch.device", "collections.Counter", "_codecs.encode", "numpy.dtype"].map(
    (name): [string, Construct] => [name, inert(name)],
  ),
  ...["numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar"].map((name): [string, Construct] => [
    name,
    inert("numpy.scalar"),
  ]),
]);

/** What the allow-list holds, for messages. */
const ALLOWED =
  "the names that a state dict needs (OrderedDict, torch._utils._rebuild_tensor_v2, torch.FloatStorage and the like)";

/** A name of the allow-list; all others are refused. */
export function globalNamed(name: string, fail: Fail, recipe: string): Global {
  if (CONSTRUCTORS.has(name) || storageKinds.has(name) || dtypeKinds.has(name)) return new Global(name);
  return fail(ALLOWED, `global ${printName(name)}`, recipe);
}

const printName = (name: string): string => (/^[\w.]{1,100}$/.test(name) ? name : quote(name));

/** What `callee(*args)` means. */
export function construct(callee: PickleValue, args: PickleValue, fail: Fail): PickleValue {
  const make = callee instanceof Global ? CONSTRUCTORS.get(callee.name) : undefined;
  if (make === undefined) return fail("a call of a name that makes a value", `one of ${describe(callee)}`);
  if (!Array.isArray(args)) return fail("a tuple of arguments", describe(args));
  return make(args, fail);
}

/** dict[key] = value for a key that is not in it yet. */
export function setItem(dict: PickleDict, key: PickleValue, value: PickleValue, fail: Fail): void {
  if (!isKey(key)) fail("a dict with keys that are strings or numbers", describe(key));
  if (dict.has(key)) fail("every key once", `${describe(key)} twice`);
  dict.set(key, value);
}

const isKey = (value: PickleValue): value is DictKey =>
  value === null || ["string", "number", "bigint", "boolean"].includes(typeof value);
