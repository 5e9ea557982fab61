import {
  decode,
  type ElementKind,
  elementBytes,
  isFloat,
  type Raw,
  type TensorData,
  withNumbers,
} from "../decode.ts";
import { printShape, type Refuse } from "../errors.ts";
import { type Shape, sizeOf } from "../graph.ts";
import { shapeDefect } from "../tensor.ts";
import { type External, isExternal } from "./external.ts";
import type { TensorProto } from "./schema.ts";

/** Tensors of an ONNX file: initialisers and the values of Constant nodes. */

/** What the numbers stand for; integers and booleans never enter the graph, they shape it. */
export type Element = "float" | "int" | "bool";

/** A value that is known at load. */
export interface Constant {
  readonly kind: "constant";
  readonly element: Element;
  readonly shape: Shape;
  /** Row-major; integers are exact to 2^53. */
  readonly data: ArrayLike<number>;
  /** Of floats that are not decoded. */
  readonly raw?: Raw;
}

export const constant = (element: Element, shape: Shape, data: ArrayLike<number>): Constant => ({
  kind: "constant",
  element,
  shape,
  data,
});

/** The same numbers as a value of its own. */
export const twin = (value: Constant): Constant =>
  value.raw === undefined ? { ...value } : stored(value, value.raw);

type Field = "float_data" | "int32_data" | "int64_data" | "double_data";

interface DataType {
  readonly name: string;
  readonly kind: ElementKind;
  readonly element: Element;
  /** Where the numbers stand if not in raw_data. */
  readonly field: Field;
}

/** TensorProto.DataType, as far as it is read. */
const DATA_TYPES: Readonly<Record<number, DataType>> = {
  1: { name: "float", kind: "f32", element: "float", field: "float_data" },
  2: { name: "uint8", kind: "u8", element: "int", field: "int32_data" },
  3: { name: "int8", kind: "i8", element: "int", field: "int32_data" },
  4: { name: "uint16", kind: "u16", element: "int", field: "int32_data" },
  5: { name: "int16", kind: "i16", element: "int", field: "int32_data" },
  6: { name: "int32", kind: "i32", element: "int", field: "int32_data" },
  7: { name: "int64", kind: "i64", element: "int", field: "int64_data" },
  9: { name: "bool", kind: "bool", element: "bool", field: "int32_data" },
  10: { name: "float16", kind: "f16", element: "float", field: "int32_data" },
  11: { name: "double", kind: "f64", element: "float", field: "double_data" },
  16: { name: "bfloat16", kind: "bf16", element: "float", field: "int32_data" },
};

export const printDataTypes = (): string =>
  Object.values(DATA_TYPES)
    .map(({ name }) => name)
    .join(", ");

/** What a data type's number stands for; undefined if it is not read (strings, complex and quantised numbers). */
export const elementOf = (dataType: number | undefined): Element | undefined =>
  dataType !== undefined && Object.hasOwn(DATA_TYPES, dataType) ? DATA_TYPES[dataType].element : undefined;

/**
 * Numbers of a tensor, floats as float32. `where` names it in refusals.
 * @param external null where numbers must lie inside the file
 */
export function readTensor(
  tensor: TensorProto,
  where: string,
  refuse: Refuse,
  external: External | null,
): Constant {
  const { dims: shape, data_type, raw_data } = tensor;
  if (elementOf(data_type) === undefined)
    refuse(
      where,
      `a data type among ${printDataTypes()}`,
      `data type ${data_type ?? 0}`,
      "Convert the tensor to float",
    );
  const type = DATA_TYPES[data_type as number];
  if (shape.some((n) => !Number.isSafeInteger(n) || n < 0))
    refuse(where, "dimensions of at least 0", printShape(shape));
  const defect = shapeDefect(shape);
  if (defect !== undefined) refuse(where, defect.expected, defect.found, "Use a smaller model");
  const count = sizeOf(shape);
  const bytes = count * elementBytes[type.kind];
  if (isExternal(tensor)) {
    if (external === null) return refuse(where, "numbers inside the file", "external data");
    return fromBytes(type, shape, external.read(tensor, where, bytes));
  }
  if (raw_data === undefined) return typedData(tensor, type, count, where, refuse);
  if (raw_data.length !== bytes)
    refuse(where, `${bytes} bytes for ${type.name} ${printShape(shape)}`, `${raw_data.length}`);
  return fromBytes(type, shape, raw_data);
}

/** Floats stay in the file until they are asked for. */
const stored = ({ element, shape }: Pick<Constant, "element" | "shape">, { bytes, kind }: Raw): Constant =>
  withNumbers({ kind: "constant", element, shape } as const, bytes, kind) as Constant;

const fromBytes = ({ element, kind }: DataType, shape: Shape, bytes: Uint8Array): Constant =>
  isFloat(kind)
    ? stored({ element, shape }, { bytes, kind })
    : constant(element, shape, numbers(decode(bytes, kind)));

function typedData(
  tensor: TensorProto,
  { element, field, kind, name }: DataType,
  count: number,
  where: string,
  refuse: Refuse,
): Constant {
  const values = tensor[field];
  if (values.length !== count)
    refuse(where, `${count} numbers in ${field} for ${name} ${printShape(tensor.dims)}`, `${values.length}`);
  if (kind === "f16" || kind === "bf16") {
    const bits = Uint16Array.from(values);
    return constant(element, tensor.dims, numbers(decode(new Uint8Array(bits.buffer), kind)));
  }
  return constant(element, tensor.dims, element === "float" ? Float32Array.from(values) : values);
}

const numbers = (data: TensorData): ArrayLike<number> =>
  data instanceof BigInt64Array || data instanceof BigUint64Array ? Float64Array.from(data, Number) : data;
