import { beforeEach, describe, expect, it } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { prune, removeStopGradients } from "../../src/autograd/passes.ts";
import { printGraph } from "../../src/model/graph.ts";

let b: Builder;
let x: number;
let y: number;
beforeEach(() => {
  b = new Builder();
  x = b.param("x", [2, 3]);
  y = b.param("y", [2, 3]);
});

describe("shapes", () => {
  it("broadcasts pointwise operands as numpy does, by nodes that say so", () => {
    const row = b.param("row", [3]);
    const sum = b.add(x, row);
    expect(b.shape(sum)).toEqual([2, 3]);
    expect(b.node(b.node(sum).inputs[1])).toMatchObject({ op: "broadcast", inputs: [row] });
    expect(b.shape(b.mul(b.param("column", [2, 1]), row))).toEqual([2, 3]);
  });

  it("keeps the file order of a parameter beside its order in the graph", () => {
    const kernel = b.param("kernel", [8, 4, 3, 3], [2, 3, 1, 0]);
    expect(b.shape(kernel)).toEqual([3, 3, 4, 8]);
    const { params } = b.finish();
    expect(params[2]).toMatchObject({ fileShape: [8, 4, 3, 3], size: 288, offset: 12, node: kernel });
  });

  it.each([
    [
      "add",
      [
        [2, 3],
        [2, 4],
      ],
      {},
      "add([2,3], [2,4]) {}: sizes 3 and 4 do not broadcast",
    ],
    ["exp", [[2], [2]], {}, "exp([2], [2]) {}: expected 1 operand(s), found 2"],
    [
      "matmul",
      [
        [2, 3],
        [2, 3],
      ],
      { ta: false, tb: false },
      'matmul([2,3], [2,3]) {"ta":false,"tb":false}: inner sizes differ: 3 on the left, 2 on the right',
    ],
    [
      "conv2d",
      [
        [1, 5, 5, 2],
        [3, 3, 4, 8],
      ],
      { mode: "forward", stride: [1, 1], pad: [0, 0, 0, 0] },
      'conv2d([1,5,5,2], [3,3,4,8]) {"mode":"forward","stride":[1,1],"pad":[0,0,0,0]}: images have 2 channels, the kernel takes 4',
    ],
    [
      "reshape",
      [[2, 3]],
      { shape: [7] },
      'reshape([2,3]) {"shape":[7]}: 6 elements cannot take a shape of 7',
    ],
    [
      "transpose",
      [[2, 3]],
      { perm: [0] },
      'transpose([2,3]) {"perm":[0]}: attribute perm must be 2 integers of at least 0',
    ],
    ["sum", [[2, 3]], { axes: [1, 0] }, 'sum([2,3]) {"axes":[1,0]}: axes must ascend from 0 to at most 1'],
    [
      "slice",
      [[5]],
      { start: [1], size: [3], stride: [2] },
      'slice([5]) {"start":[1],"size":[3],"stride":[2]}: axis 0 reaches element 5 of 5',
    ],
  ])("refuses %s of %j %j with its name, shapes and attributes", (name, shapes, attrs, message) => {
    const operands = shapes.map((shape, i) => b.param(`p${i}`, shape));
    expect(() => b.op(name, operands, attrs)).toThrow(new Error(message));
  });

  it("refuses unknown ops, integer operands, repeated names and non-finite constants", () => {
    expect(() => b.op("softmax", [x])).toThrow("softmax: no such op; the table has add, sub,");
    const ids = b.input("ids", [2], "data", "i32");
    expect(() => b.neg(ids)).toThrow("neg([2]) {}: operand 0 must be f32, it is i32");
    expect(() => b.op("gather", [b.param("t", [3, 2]), x])).toThrow("operand 1 must be i32, it is f32");
    expect(() => b.param("x", [1])).toThrow("x: a parameter of this name exists already");
    expect(() => b.param("z", [2, 0])).toThrow("z: sizes must be positive integers, found [2,0]");
    expect(() => b.param("z", [2, 3], [0, 0])).toThrow("z: axes [0,0] do not order the axes of [2,3]");
    expect(() => b.constant(Number.NaN)).toThrow("const: expected a finite number, found NaN");
    expect(() => b.tangent("w")).toThrow("tangent: the graph has no parameter w");
  });
});

describe("common subexpressions", () => {
  it("are one node, also with commuted operands and attributes in another order", () => {
    expect(b.add(x, y)).toBe(b.add(y, x));
    expect(b.op("sum", [x], { axes: [0] })).toBe(b.op("sum", [x], { axes: [0] }));
    expect(b.op("matmul", [x, y], { ta: false, tb: true })).toBe(
      b.op("matmul", [x, y], { tb: true, ta: false }),
    );
    expect(b.sub(x, y)).not.toBe(b.sub(y, x));
  });

  it("are found again by a builder that continues a graph", () => {
    const sum = b.add(x, y);
    expect(new Builder(b.finish()).add(x, y)).toBe(sum);
  });
});

describe("algebra", () => {
  const isZero = (id: number, shape: readonly number[]) => {
    expect(b.uniform(id)).toBe(0);
    expect(b.shape(id)).toEqual(shape);
  };

  it("drops neutral elements", () => {
    const [zero, one] = [b.constant(0), b.constant(1)];
    for (const same of [
      b.add(x, zero),
      b.add(zero, x),
      b.sub(x, zero),
      b.mul(x, one),
      b.mul(one, x),
      b.div(x, one),
    ])
      expect(same).toBe(x);
  });

  it("turns signs into neg and neg into subtraction", () => {
    expect(b.mul(x, b.constant(-1))).toBe(b.neg(x));
    expect(b.neg(b.neg(x))).toBe(x);
    expect(b.add(x, b.neg(y))).toBe(b.sub(x, y));
    expect(b.add(b.neg(x), y)).toBe(b.sub(y, x));
    expect(b.sub(x, b.neg(y))).toBe(b.add(x, y));
    expect(b.neg(b.sub(x, y))).toBe(b.sub(y, x));
    expect(b.mul(b.neg(x), b.neg(y))).toBe(b.mul(x, y));
    expect(b.sub(b.constant(0), x)).toBe(b.neg(x));
  });

  it("multiplies constant factors together", () => {
    const twice = b.mul(b.constant(2), x);
    expect(b.mul(twice, b.constant(0.5))).toBe(x);
    expect(b.mul(b.neg(x), b.constant(3))).toBe(b.mul(x, b.constant(-3)));
  });

  it("knows a zero through everything that is linear in it", () => {
    const zero = b.full(0, [2, 3]);
    isZero(b.mul(x, zero), [2, 3]);
    isZero(b.sub(x, x), [2, 3]);
    isZero(b.div(zero, x), [2, 3]);
    isZero(b.op("sum", [zero], { axes: [1] }), [2, 1]);
    isZero(b.op("matmul", [x, zero], { ta: false, tb: true }), [2, 2]);
    isZero(b.op("transpose", [zero], { perm: [1, 0] }), [3, 2]);
    isZero(b.op("pad", [zero], { low: [1, 0], high: [0, 0], interior: [0, 1] }), [3, 5]);
    const conv = { mode: "forward", stride: [1, 1], pad: [0, 0, 0, 0] };
    isZero(b.op("conv2d", [b.full(0, [1, 4, 4, 2]), b.param("k", [3, 3, 2, 5])], conv), [1, 2, 2, 5]);
  });

  it("folds constants, and leaves what is not finite to the run", () => {
    expect(b.uniform(b.op("exp", [b.constant(0)]))).toBe(1);
    expect(b.uniform(b.op("sum", [b.full(0.5, [2, 3])], { axes: [0, 1] }))).toBe(3);
    expect(b.uniform(b.op("max", [b.full(0.5, [2, 3])], { axes: [1] }))).toBe(0.5);
    expect(b.node(b.op("log", [b.constant(0)])).op).toBe("log");
  });

  it("leaves out movement that moves nothing, and joins movement of movement", () => {
    expect(b.op("reshape", [x], { shape: [2, 3] })).toBe(x);
    expect(b.op("transpose", [x], { perm: [0, 1] })).toBe(x);
    expect(b.op("broadcast", [x], { shape: [2, 3] })).toBe(x);
    expect(b.op("slice", [x], { start: [0, 0], size: [2, 3], stride: [1, 1] })).toBe(x);
    expect(b.op("pad", [x], { low: [0, 0], high: [0, 0], interior: [0, 0] })).toBe(x);
    expect(b.op("concat", [x], { axis: 0 })).toBe(x);
    expect(b.op("sum", [x], { axes: [] })).toBe(x);
    const flat = b.op("reshape", [x], { shape: [6] });
    expect(b.op("reshape", [flat], { shape: [2, 3] })).toBe(x);
    const turned = b.op("transpose", [x], { perm: [1, 0] });
    expect(b.op("transpose", [turned], { perm: [1, 0] })).toBe(x);
    const wide = b.op("broadcast", [x], { shape: [5, 2, 3] });
    expect(b.op("broadcast", [wide], { shape: [4, 5, 2, 3] })).toBe(
      b.op("broadcast", [x], { shape: [4, 5, 2, 3] }),
    );
  });

  it("writes a broadcast that repeats nothing as a reshape", () => {
    expect(b.node(b.op("broadcast", [x], { shape: [1, 2, 3] }))).toMatchObject({
      op: "reshape",
      inputs: [x],
    });
  });

  it("computes on small tensors before it broadcasts them", () => {
    const [p, q] = [b.param("p", [3]), b.param("q", [3])];
    const wide = (id: number) => b.op("broadcast", [id], { shape: [7, 3] });
    expect(b.mul(wide(p), wide(q))).toBe(wide(b.mul(p, q)));
    expect(b.mul(wide(p), b.constant(2))).toBe(wide(b.mul(p, b.constant(2))));
    expect(b.op("rsqrt", [wide(p)])).toBe(wide(b.op("rsqrt", [p])));
  });
});

describe("passes", () => {
  it("prune drops what no output needs but keeps parameters, and numbers anew", () => {
    b.op("exp", [x]);
    b.output("sum", b.add(x, x));
    b.output("other", b.neg(y));
    expect(printGraph(prune(b.finish(), ["sum"]))).toMatchInlineSnapshot(`
      "%0:f32[2,3] = param {name:x}
      %1:f32[2,3] = param {name:y}
      %2:f32[2,3] = add %0 %0
      sum = %2"
    `);
  });

  it("removeStopGradients leaves the identity and simplifies what that reveals", () => {
    b.output("out", b.sub(b.op("stopGradient", [x]), x));
    expect(printGraph(removeStopGradients(b.finish()))).toMatchInlineSnapshot(`
      "%0:f32[2,3] = param {name:x}
      %1:f32[2,3] = param {name:y}
      %2:f32[] = const {value:0}
      %3:f32[2,3] = broadcast %2 {shape:[2,3]}
      out = %3"
    `);
  });
});
