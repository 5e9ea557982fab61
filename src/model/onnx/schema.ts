import { type Decoded, many, message, one } from "./wire.ts";

/** The messages of onnx.proto3 as far as a network needs them, with the field numbers of github.com/onnx/onnx. */

const entry = message("StringStringEntryProto", { key: one(1, "string"), value: one(2, "string") });

export const tensorProto = message("TensorProto", {
  dims: many(1, "int"),
  data_type: one(2, "int"),
  float_data: many(4, "float"),
  int32_data: many(5, "int"),
  int64_data: many(7, "int"),
  name: one(8, "string"),
  raw_data: one(9, "bytes"),
  double_data: many(10, "double"),
  external_data: many(13, entry),
  data_location: one(14, "int"),
});

const attributeProto = message("AttributeProto", {
  name: one(1, "string"),
  f: one(2, "float"),
  i: one(3, "int"),
  s: one(4, "bytes"),
  t: one(5, tensorProto),
  /** A subgraph, unread: no operator that has one is supported. */
  g: one(6, "bytes"),
  floats: many(7, "float"),
  ints: many(8, "int"),
  strings: many(9, "bytes"),
});

const nodeProto = message("NodeProto", {
  input: many(1, "string"),
  output: many(2, "string"),
  name: one(3, "string"),
  op_type: one(4, "string"),
  attribute: many(5, attributeProto),
  domain: one(7, "string"),
  metadata_props: many(9, entry),
});

const dimension = message("Dimension", { dim_value: one(1, "int"), dim_param: one(2, "string") });
const tensorShape = message("TensorShapeProto", { dim: many(1, dimension) });
const tensorType = message("TypeProto.Tensor", { elem_type: one(1, "int"), shape: one(2, tensorShape) });
const typeProto = message("TypeProto", { tensor_type: one(1, tensorType) });
const valueInfo = message("ValueInfoProto", { name: one(1, "string"), type: one(2, typeProto) });

const graphProto = message("GraphProto", {
  node: many(1, nodeProto),
  initializer: many(5, tensorProto),
  input: many(11, valueInfo),
  output: many(12, valueInfo),
  /** Sparse initialisers, which are refused. */
  sparse_initializer: many(15, "bytes"),
});

const operatorSet = message("OperatorSetIdProto", { domain: one(1, "string"), version: one(2, "int") });

export const modelProto = message("ModelProto", {
  ir_version: one(1, "int"),
  opset_import: many(8, operatorSet),
  producer_name: one(2, "string"),
  graph: one(7, graphProto),
  metadata_props: many(14, entry),
  /** Functions of the model's own, which are refused. */
  functions: many(25, "bytes"),
});

export type ModelProto = Decoded<typeof modelProto>;
export type GraphProto = Decoded<typeof graphProto>;
export type NodeProto = Decoded<typeof nodeProto>;
export type AttributeProto = Decoded<typeof attributeProto>;
export type TensorProto = Decoded<typeof tensorProto>;
export type ValueInfo = Decoded<typeof valueInfo>;
