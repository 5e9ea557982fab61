import { describe, expect, it } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { interpret } from "../../src/autograd/interpret.ts";
import { linearize, reverseOverForward, type Staged } from "../../src/autograd/linearize.ts";
import { gradient } from "../../src/autograd/vjp.ts";
import { type GraphNode, printGraph, sizeOf } from "../../src/model/graph.ts";
import { tinyConvNet, tinyMlp } from "./nets.ts";

/** The print of a graph with each node's stage in front. */
const print = ({ graph, stage }: Staged): string =>
  printGraph(graph)
    .split("\n")
    .map((line, i) => (i < stage.length ? `${stage[i]} ${line}` : line))
    .join("\n");

/** Primal nodes, other than leaves, that the tangent program reads. */
function residuals({ graph, stage }: Staged): GraphNode[] {
  const read = new Set(graph.nodes.flatMap((node, id) => (stage[id] === 1 ? node.inputs : [])));
  return graph.nodes.filter((node, id) => read.has(id) && stage[id] === 0 && node.inputs.length > 0);
}

const tangentOps = ({ graph, stage }: Staged): string[] =>
  graph.nodes.filter((_, id) => stage[id] === 1).map((node) => node.op);

const all = [tinyMlp("tanh"), tinyMlp("relu"), tinyConvNet("relu", "eval"), tinyConvNet("relu", "batch")];

describe("the two programs", () => {
  it.each(all.flatMap((graph) => [linearize(graph), reverseOverForward(graph)]))(
    "split so that the primal one never reads the tangent one, and every hv belongs to the latter",
    ({ graph, stage }) => {
      expect(stage).toHaveLength(graph.nodes.length);
      graph.nodes.forEach((node, id) => {
        if (stage[id] === 0) for (const input of node.inputs) expect(stage[input]).toBe(0);
        if (node.op === "tangent") expect(stage[id]).toBe(1);
        else if (node.inputs.length === 0) expect(stage[id]).toBe(0);
      });
      for (const [name, id] of Object.entries(graph.outputs))
        expect(stage[id]).toBe(name.startsWith("hv:") ? 1 : 0);
      expect(graph.nodes.some((node) => node.op === "stopGradient")).toBe(false);
    },
  );

  it("keep a mask or a rearrangement only where its operand is neither kept nor smaller", () => {
    for (const graph of all) {
      const linearized = linearize(graph);
      const kept = residuals(linearized);
      for (const { op, inputs, shape } of kept) {
        if (!["step", "broadcast", "reshape", "neg", "transpose"].includes(op)) continue;
        const operand = linearized.graph.nodes[inputs[0]];
        expect(kept).not.toContain(operand);
        expect(operand.inputs).not.toEqual([]);
        expect(sizeOf(operand.shape)).toBeGreaterThanOrEqual(sizeOf(shape));
      }
      expect(kept.filter((node) => node.op === "broadcast")).toEqual([]);
    }
  });

  it("compute exp, log, rsqrt and division by the batch's numbers once per batch only", () => {
    for (const graph of all)
      for (const op of tangentOps(linearize(graph)))
        expect(["exp", "log", "rsqrt", "tanh", "max"]).not.toContain(op);
  });
});

describe("structural zeros", () => {
  const graph = tinyConvNet("relu", "eval");

  it("spare a block of the last layer every convolution", () => {
    const head = linearize(graph, { params: ["fc.weight", "fc.bias"] });
    expect(Object.keys(head.graph.outputs).filter((name) => name.startsWith("hv:"))).toEqual([
      "hv:fc.weight",
      "hv:fc.bias",
    ]);
    expect(tangentOps(head)).not.toContain("conv2d");
  });

  it("spare the first layer's block what lies before it: no gradient reaches the image", () => {
    const { nodes } = gradient(graph);
    const images = nodes.filter((n) => n.op === "conv2d" && n.attrs.mode === "input" && n.shape[3] === 2);
    expect(images).toEqual([]);
  });

  it("leave an explicit zero for a parameter that the loss does not use, or uses linearly", () => {
    const b = new Builder();
    b.param("unused", [2]);
    const slope = b.param("slope", [3]);
    b.output("loss", b.op("reshape", [b.op("sum", [slope], { axes: [0] })], { shape: [] }));
    const { graph: g, stage } = linearize(b.finish());
    const values = {
      params: { unused: new Float64Array(2), slope: new Float64Array(3) },
      inputs: {},
    };
    const got = interpret(g, values);
    expect(Array.from(got["grad:unused"])).toEqual([0, 0]);
    expect(Array.from(got["grad:slope"])).toEqual([1, 1, 1]);
    expect(Array.from(got["hv:slope"])).toEqual([0, 0, 0]);
    expect([stage[g.outputs["hv:unused"]], stage[g.outputs["hv:slope"]]]).toEqual([1, 1]);
  });
});

describe("errors", () => {
  const graph = tinyMlp("relu");
  const given = { params: {}, inputs: {} };

  it("name the parameter, output or value that is missing", () => {
    expect(() => linearize(graph, { params: ["fc3.weight"] })).toThrow(
      "linearize: the graph has no parameter fc3.weight; it has fc1.weight, fc1.bias, fc2.weight, fc2.bias",
    );
    expect(() => gradient(graph, "accuracy")).toThrow(
      "output accuracy: not in the graph, which gives logits, loss",
    );
    expect(() => gradient(graph, "logits")).toThrow(
      "gradient: output logits must be a scalar, its shape is [2,2]",
    );
    expect(() => interpret(graph, given, ["accuracy"])).toThrow("output accuracy: not in the graph");
    expect(() => interpret(graph, given)).toThrow("input x: no value is given");
    expect(() => interpret(graph, { ...given, inputs: { x: new Float64Array(5) } })).toThrow(
      "input x: expected 6 elements for [2,3], found 5",
    );
  });
});

describe("prints", () => {
  it("show the linearised MLP: products W dx + dW x, masks from the stored activation", () => {
    expect(print(linearize(tinyMlp("relu")))).toMatchInlineSnapshot(`
      "0 %0:f32[4,3] = param {name:fc1.weight}
      0 %1:f32[4] = param {name:fc1.bias}
      0 %2:f32[2,4] = param {name:fc2.weight}
      0 %3:f32[2] = param {name:fc2.bias}
      0 %4:f32[2,3] = input {name:x}
      0 %5:f32[2,2] = input {name:targets}
      0 %6:f32[2,4] = matmul %4 %0 {ta:false, tb:true}
      0 %7:f32[2,4] = broadcast %1 {shape:[2,4]}
      0 %8:f32[2,4] = add %6 %7
      0 %9:f32[2,4] = relu %8
      0 %10:f32[2,2] = matmul %9 %2 {ta:false, tb:true}
      0 %11:f32[2,2] = broadcast %3 {shape:[2,2]}
      0 %12:f32[2,2] = add %10 %11
      0 %13:f32[2,1] = max %12 {axes:[1]}
      0 %14:f32[2,2] = broadcast %13 {shape:[2,2]}
      0 %15:f32[2,2] = sub %12 %14
      0 %16:f32[2,2] = exp %15
      0 %17:f32[2,1] = sum %16 {axes:[1]}
      0 %18:f32[2,1] = log %17
      0 %19:f32[2,2] = broadcast %18 {shape:[2,2]}
      0 %20:f32[2,2] = sub %15 %19
      0 %21:f32[2,2] = mul %5 %20
      0 %22:f32[1,1] = sum %21 {axes:[0,1]}
      0 %23:f32[] = reshape %22 {shape:[]}
      0 %24:f32[] = neg %23
      0 %25:f32[] = const {value:1}
      0 %26:f32[2,1] = sum %5 {axes:[1]}
      0 %27:f32[2,1] = broadcast %25 {shape:[2,1]}
      0 %28:f32[2,1] = div %27 %17
      0 %29:f32[2,1] = mul %26 %28
      0 %30:f32[2,2] = broadcast %29 {shape:[2,2]}
      0 %31:f32[2,2] = mul %30 %16
      0 %32:f32[2,2] = sub %31 %5
      0 %33:f32[1,2] = sum %32 {axes:[0]}
      0 %34:f32[2] = reshape %33 {shape:[2]}
      0 %35:f32[2,4] = matmul %32 %2 {ta:false, tb:false}
      0 %36:f32[2,4] = matmul %32 %9 {ta:true, tb:false}
      0 %37:f32[2,4] = step %9
      0 %38:f32[2,4] = mul %35 %37
      0 %39:f32[1,4] = sum %38 {axes:[0]}
      0 %40:f32[4] = reshape %39 {shape:[4]}
      0 %41:f32[4,3] = matmul %38 %4 {ta:true, tb:false}
      1 %42:f32[4,3] = tangent {name:fc1.weight}
      1 %43:f32[4] = tangent {name:fc1.bias}
      1 %44:f32[2,4] = tangent {name:fc2.weight}
      1 %45:f32[2] = tangent {name:fc2.bias}
      1 %46:f32[2,4] = matmul %4 %42 {ta:false, tb:true}
      1 %47:f32[2,4] = broadcast %43 {shape:[2,4]}
      1 %48:f32[2,4] = add %46 %47
      1 %49:f32[2,4] = step %9
      1 %50:f32[2,4] = mul %48 %49
      1 %51:f32[2,2] = matmul %50 %2 {ta:false, tb:true}
      1 %52:f32[2,2] = matmul %9 %44 {ta:false, tb:true}
      1 %53:f32[2,2] = add %51 %52
      1 %54:f32[2,2] = broadcast %45 {shape:[2,2]}
      1 %55:f32[2,2] = add %53 %54
      1 %56:f32[2,2] = mul %55 %16
      1 %57:f32[2,1] = sum %56 {axes:[1]}
      0 %58:f32[2,1] = div %28 %17
      1 %59:f32[2,1] = mul %57 %58
      1 %60:f32[2,1] = mul %59 %26
      1 %61:f32[2,1] = neg %60
      1 %62:f32[2,2] = broadcast %61 {shape:[2,2]}
      1 %63:f32[2,2] = mul %62 %16
      1 %64:f32[2,2] = broadcast %29 {shape:[2,2]}
      1 %65:f32[2,2] = mul %56 %64
      1 %66:f32[2,2] = add %63 %65
      1 %67:f32[1,2] = sum %66 {axes:[0]}
      1 %68:f32[2] = reshape %67 {shape:[2]}
      1 %69:f32[2,4] = matmul %66 %2 {ta:false, tb:false}
      1 %70:f32[2,4] = matmul %32 %44 {ta:false, tb:false}
      1 %71:f32[2,4] = add %69 %70
      1 %72:f32[2,4] = matmul %66 %9 {ta:true, tb:false}
      1 %73:f32[2,4] = matmul %32 %50 {ta:true, tb:false}
      1 %74:f32[2,4] = add %72 %73
      1 %75:f32[2,4] = step %9
      1 %76:f32[2,4] = mul %71 %75
      1 %77:f32[1,4] = sum %76 {axes:[0]}
      1 %78:f32[4] = reshape %77 {shape:[4]}
      1 %79:f32[4,3] = matmul %76 %4 {ta:true, tb:false}
      logits = %12
      loss = %24
      grad:fc1.weight = %41
      grad:fc1.bias = %40
      grad:fc2.weight = %36
      grad:fc2.bias = %34
      hv:fc1.weight = %79
      hv:fc1.bias = %78
      hv:fc2.weight = %74
      hv:fc2.bias = %68"
    `);
  });

  it("show the linearised conv net with BatchNorm in eval mode", () => {
    expect(print(linearize(tinyConvNet("relu", "eval")))).toMatchInlineSnapshot(`
      "0 %0:f32[3,3,2,3] = param {name:conv1.weight}
      0 %1:f32[3] = param {name:bn1.weight}
      0 %2:f32[3] = param {name:bn1.bias}
      0 %3:f32[3,3,3,4] = param {name:conv2.weight}
      0 %4:f32[2,4] = param {name:fc.weight}
      0 %5:f32[2] = param {name:fc.bias}
      0 %6:f32[2,5,5,2] = input {name:x}
      0 %7:f32[2,2] = input {name:targets}
      0 %8:f32[3] = input {name:bn1.running_mean}
      0 %9:f32[3] = input {name:bn1.running_var}
      0 %10:f32[2,5,5,3] = conv2d %6 %0 {mode:forward, pad:[1,1,1,1], stride:[1,1]}
      0 %11:f32[2,5,5,3] = broadcast %8 {shape:[2,5,5,3]}
      0 %12:f32[2,5,5,3] = sub %10 %11
      0 %13:f32[] = const {value:0.00001}
      0 %14:f32[3] = broadcast %13 {shape:[3]}
      0 %15:f32[3] = add %9 %14
      0 %16:f32[3] = rsqrt %15
      0 %17:f32[3] = mul %1 %16
      0 %18:f32[2,5,5,3] = broadcast %17 {shape:[2,5,5,3]}
      0 %19:f32[2,5,5,3] = mul %12 %18
      0 %20:f32[2,5,5,3] = broadcast %2 {shape:[2,5,5,3]}
      0 %21:f32[2,5,5,3] = add %19 %20
      0 %22:f32[2,5,5,3] = relu %21
      0 %23:f32[2,3,3,4] = conv2d %22 %3 {mode:forward, pad:[1,1,1,1], stride:[2,2]}
      0 %24:f32[2,3,3,3] = slice %22 {start:[0,0,0,0], size:[2,3,3,3], stride:[1,2,2,1]}
      0 %25:f32[2,3,3,4] = pad %24 {low:[0,0,0,0], high:[0,0,0,1], interior:[0,0,0,0]}
      0 %26:f32[2,3,3,4] = add %23 %25
      0 %27:f32[2,3,3,4] = relu %26
      0 %28:f32[2,1,1,4] = sum %27 {axes:[1,2]}
      0 %29:f32[2,4] = reshape %28 {shape:[2,4]}
      0 %30:f32[] = const {value:0.1111111111111111}
      0 %31:f32[2,4] = broadcast %30 {shape:[2,4]}
      0 %32:f32[2,4] = mul %29 %31
      0 %33:f32[2,2] = matmul %32 %4 {ta:false, tb:true}
      0 %34:f32[2,2] = broadcast %5 {shape:[2,2]}
      0 %35:f32[2,2] = add %33 %34
      0 %36:f32[2,1] = max %35 {axes:[1]}
      0 %37:f32[2,2] = broadcast %36 {shape:[2,2]}
      0 %38:f32[2,2] = sub %35 %37
      0 %39:f32[2,2] = exp %38
      0 %40:f32[2,1] = sum %39 {axes:[1]}
      0 %41:f32[2,1] = log %40
      0 %42:f32[2,2] = broadcast %41 {shape:[2,2]}
      0 %43:f32[2,2] = sub %38 %42
      0 %44:f32[2,2] = mul %7 %43
      0 %45:f32[1,1] = sum %44 {axes:[0,1]}
      0 %46:f32[] = reshape %45 {shape:[]}
      0 %47:f32[] = neg %46
      0 %48:f32[] = const {value:1}
      0 %49:f32[2,1] = sum %7 {axes:[1]}
      0 %50:f32[2,1] = broadcast %48 {shape:[2,1]}
      0 %51:f32[2,1] = div %50 %40
      0 %52:f32[2,1] = mul %49 %51
      0 %53:f32[2,2] = broadcast %52 {shape:[2,2]}
      0 %54:f32[2,2] = mul %53 %39
      0 %55:f32[2,2] = sub %54 %7
      0 %56:f32[1,2] = sum %55 {axes:[0]}
      0 %57:f32[2] = reshape %56 {shape:[2]}
      0 %58:f32[2,4] = matmul %55 %4 {ta:false, tb:false}
      0 %59:f32[2,4] = matmul %55 %32 {ta:true, tb:false}
      0 %60:f32[2,4] = mul %58 %31
      0 %61:f32[2,1,1,4] = reshape %60 {shape:[2,1,1,4]}
      0 %62:f32[2,3,3,4] = broadcast %61 {shape:[2,3,3,4]}
      0 %63:f32[2,3,3,4] = step %27
      0 %64:f32[2,3,3,4] = mul %62 %63
      0 %65:f32[2,3,3,3] = slice %64 {start:[0,0,0,0], size:[2,3,3,3], stride:[1,1,1,1]}
      0 %66:f32[2,5,5,3] = pad %65 {low:[0,0,0,0], high:[0,0,0,0], interior:[0,1,1,0]}
      0 %67:f32[2,5,5,3] = conv2d %64 %3 {mode:input, stride:[2,2], pad:[1,1,1,1], inputSize:[5,5]}
      0 %68:f32[3,3,3,4] = conv2d %22 %64 {mode:weight, stride:[2,2], pad:[1,1,1,1], kernel:[3,3]}
      0 %69:f32[2,5,5,3] = add %66 %67
      0 %70:f32[2,5,5,3] = step %22
      0 %71:f32[2,5,5,3] = mul %69 %70
      0 %72:f32[1,1,1,3] = sum %71 {axes:[0,1,2]}
      0 %73:f32[3] = reshape %72 {shape:[3]}
      0 %74:f32[2,5,5,3] = mul %71 %18
      0 %75:f32[2,5,5,3] = mul %71 %12
      0 %76:f32[1,1,1,3] = sum %75 {axes:[0,1,2]}
      0 %77:f32[3] = reshape %76 {shape:[3]}
      0 %78:f32[3] = mul %77 %16
      0 %79:f32[3,3,2,3] = conv2d %6 %74 {mode:weight, stride:[1,1], pad:[1,1,1,1], kernel:[3,3]}
      1 %80:f32[3,3,2,3] = tangent {name:conv1.weight}
      1 %81:f32[3] = tangent {name:bn1.weight}
      1 %82:f32[3] = tangent {name:bn1.bias}
      1 %83:f32[3,3,3,4] = tangent {name:conv2.weight}
      1 %84:f32[2,4] = tangent {name:fc.weight}
      1 %85:f32[2] = tangent {name:fc.bias}
      1 %86:f32[2,5,5,3] = conv2d %6 %80 {mode:forward, pad:[1,1,1,1], stride:[1,1]}
      1 %87:f32[3] = mul %81 %16
      1 %88:f32[2,5,5,3] = broadcast %87 {shape:[2,5,5,3]}
      1 %89:f32[2,5,5,3] = broadcast %17 {shape:[2,5,5,3]}
      1 %90:f32[2,5,5,3] = mul %86 %89
      1 %91:f32[2,5,5,3] = mul %88 %12
      1 %92:f32[2,5,5,3] = add %90 %91
      1 %93:f32[2,5,5,3] = broadcast %82 {shape:[2,5,5,3]}
      1 %94:f32[2,5,5,3] = add %92 %93
      1 %95:f32[2,5,5,3] = step %22
      1 %96:f32[2,5,5,3] = mul %94 %95
      1 %97:f32[2,3,3,4] = conv2d %96 %3 {mode:forward, pad:[1,1,1,1], stride:[2,2]}
      1 %98:f32[2,3,3,4] = conv2d %22 %83 {mode:forward, pad:[1,1,1,1], stride:[2,2]}
      1 %99:f32[2,3,3,4] = add %97 %98
      1 %100:f32[2,3,3,3] = slice %96 {start:[0,0,0,0], size:[2,3,3,3], stride:[1,2,2,1]}
      1 %101:f32[2,3,3,4] = pad %100 {low:[0,0,0,0], high:[0,0,0,1], interior:[0,0,0,0]}
      1 %102:f32[2,3,3,4] = add %99 %101
      1 %103:f32[2,3,3,4] = mul %102 %63
      1 %104:f32[2,1,1,4] = sum %103 {axes:[1,2]}
      1 %105:f32[2,4] = reshape %104 {shape:[2,4]}
      1 %106:f32[2,4] = broadcast %30 {shape:[2,4]}
      1 %107:f32[2,4] = mul %105 %106
      1 %108:f32[2,2] = matmul %107 %4 {ta:false, tb:true}
      1 %109:f32[2,2] = matmul %32 %84 {ta:false, tb:true}
      1 %110:f32[2,2] = add %108 %109
      1 %111:f32[2,2] = broadcast %85 {shape:[2,2]}
      1 %112:f32[2,2] = add %110 %111
      1 %113:f32[2,2] = mul %112 %39
      1 %114:f32[2,1] = sum %113 {axes:[1]}
      0 %115:f32[2,1] = div %51 %40
      1 %116:f32[2,1] = mul %114 %115
      1 %117:f32[2,1] = mul %116 %49
      1 %118:f32[2,1] = neg %117
      1 %119:f32[2,2] = broadcast %118 {shape:[2,2]}
      1 %120:f32[2,2] = mul %119 %39
      1 %121:f32[2,2] = broadcast %52 {shape:[2,2]}
      1 %122:f32[2,2] = mul %113 %121
      1 %123:f32[2,2] = add %120 %122
      1 %124:f32[1,2] = sum %123 {axes:[0]}
      1 %125:f32[2] = reshape %124 {shape:[2]}
      1 %126:f32[2,4] = matmul %123 %4 {ta:false, tb:false}
      1 %127:f32[2,4] = matmul %55 %84 {ta:false, tb:false}
      1 %128:f32[2,4] = add %126 %127
      1 %129:f32[2,4] = matmul %123 %32 {ta:true, tb:false}
      1 %130:f32[2,4] = matmul %55 %107 {ta:true, tb:false}
      1 %131:f32[2,4] = add %129 %130
      1 %132:f32[2,4] = broadcast %30 {shape:[2,4]}
      1 %133:f32[2,4] = mul %128 %132
      1 %134:f32[2,1,1,4] = reshape %133 {shape:[2,1,1,4]}
      1 %135:f32[2,3,3,4] = broadcast %134 {shape:[2,3,3,4]}
      1 %136:f32[2,3,3,4] = mul %135 %63
      1 %137:f32[2,3,3,3] = slice %136 {start:[0,0,0,0], size:[2,3,3,3], stride:[1,1,1,1]}
      1 %138:f32[2,5,5,3] = pad %137 {low:[0,0,0,0], high:[0,0,0,0], interior:[0,1,1,0]}
      1 %139:f32[2,5,5,3] = conv2d %136 %3 {mode:input, stride:[2,2], pad:[1,1,1,1], inputSize:[5,5]}
      1 %140:f32[2,5,5,3] = conv2d %64 %83 {mode:input, stride:[2,2], pad:[1,1,1,1], inputSize:[5,5]}
      1 %141:f32[2,5,5,3] = add %139 %140
      1 %142:f32[3,3,3,4] = conv2d %96 %64 {mode:weight, stride:[2,2], pad:[1,1,1,1], kernel:[3,3]}
      1 %143:f32[3,3,3,4] = conv2d %22 %136 {mode:weight, stride:[2,2], pad:[1,1,1,1], kernel:[3,3]}
      1 %144:f32[3,3,3,4] = add %142 %143
      1 %145:f32[2,5,5,3] = add %138 %141
      1 %146:f32[2,5,5,3] = step %22
      1 %147:f32[2,5,5,3] = mul %145 %146
      1 %148:f32[1,1,1,3] = sum %147 {axes:[0,1,2]}
      1 %149:f32[3] = reshape %148 {shape:[3]}
      1 %150:f32[2,5,5,3] = broadcast %17 {shape:[2,5,5,3]}
      1 %151:f32[2,5,5,3] = mul %147 %150
      1 %152:f32[2,5,5,3] = mul %88 %71
      1 %153:f32[2,5,5,3] = add %151 %152
      1 %154:f32[2,5,5,3] = mul %147 %12
      1 %155:f32[2,5,5,3] = mul %86 %71
      1 %156:f32[2,5,5,3] = add %154 %155
      1 %157:f32[1,1,1,3] = sum %156 {axes:[0,1,2]}
      1 %158:f32[3] = reshape %157 {shape:[3]}
      1 %159:f32[3] = mul %158 %16
      1 %160:f32[3,3,2,3] = conv2d %6 %153 {mode:weight, stride:[1,1], pad:[1,1,1,1], kernel:[3,3]}
      logits = %35
      loss = %47
      grad:conv1.weight = %79
      grad:bn1.weight = %78
      grad:bn1.bias = %73
      grad:conv2.weight = %68
      grad:fc.weight = %59
      grad:fc.bias = %57
      hv:conv1.weight = %160
      hv:bn1.weight = %159
      hv:bn1.bias = %149
      hv:conv2.weight = %144
      hv:fc.weight = %131
      hv:fc.bias = %125"
    `);
  });
});
