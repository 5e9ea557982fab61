import { expect, test } from "vitest";
import { planCsv, planPytorch } from "../../src/run/planExport.ts";
import type { BitPlan } from "../../src/run/protocol.ts";

const trace = { estimate: 2, standardError: 0.5, interval95: [1, 3] as const };
const option = (bits: number, cost: number, loss: number) => ({
  ...{ bits, cost, loss, squaredError: loss },
  interval95: [loss / 2, 2 * loss] as const,
});
const layer = { shape: [2, 3], size: 6, macs: 12, meanTrace: trace, hawqV1: null };

const plan = (more: Partial<BitPlan["request"]> = {}): BitPlan => ({
  ...{ schema: "eigenscope-plan", version: 1, engine: "Eigenscope 0", sentence: "", traceSamples: 10 },
  model: { title: 'A "net"\nimport os', source: "net.onnx", sha256: "00ff" },
  request: {
    ...{ bits: [4, 8], scheme: "symmetric", granularity: "channel", groupSize: 2, cost: "size" },
    ...{ budget: { kind: "fraction", value: 0.5 }, activationBits: null, tied: [], measure: "layers" },
    ...more,
  },
  ...{ loss: 1, accuracy: 0.5, unquantised: 4, uniform: [], front: [], frontSize: 2, chosen: null },
  layers: [
    {
      ...{ ...layer, name: "fc1.weight", bits: 4, options: [option(4, 3, 0.25), option(8, 6, 0.125)] },
      measured: { loss: 1.5, accuracy: 0.25, rise: 0.5 },
    },
    { ...layer, name: 'a,"b"', bits: null, options: [option(4, 3, 0.5)], measured: null },
  ],
});

test("a plan as CSV has a row per layer and bit width, and what was measured at the planned one", () => {
  expect(planCsv(plan()).split("\r\n")).toEqual([
    "layer,shape,weights,macs,mean_trace,mean_trace_low,mean_trace_high,hawq_v1,bits,squared_error,rise,rise_low,rise_high,cost,chosen,measured_rise,measured_loss,measured_accuracy",
    "fc1.weight,2x3,6,12,2,1,3,,4,0.25,0.25,0.125,0.5,3,1,0.5,1.5,0.25",
    "fc1.weight,2x3,6,12,2,1,3,,8,0.125,0.125,0.0625,0.25,6,0,,,",
    '"a,""b""",2x3,6,12,2,1,3,,4,0.5,0.5,0.25,1,3,0,,,',
    "",
  ]);
});

test("a plan as PyTorch code rounds the chosen tensors, and no name breaks out of its string", () => {
  expect(
    planPytorch(plan()),
  ).toBe(`# Bit plan of "A \\"net\\"\\nimport os", weights sha256 00ff, by Eigenscope.
# Usage: apply_bit_plan(model) rounds the named weights in place; biases and norms stay as they are.
import torch

BITS = {
    "fc1.weight": 4,
}


def fake_quantise(w, bits):
    # symmetric, one scale per channel; halves go to even.
    rows = w.double().reshape(w.shape[0], -1)
    blocks = rows
    levels = 2 ** (bits - 1) - 1
    scale = blocks.abs().amax(1, keepdim=True) / levels
    scale[scale == 0] = 1
    blocks = (blocks / scale).round().clamp(-levels, levels) * scale
    return blocks.reshape(w.shape).to(w.dtype)


@torch.no_grad()
def apply_bit_plan(model):
    parameters = dict(model.named_parameters())
    for name, bits in BITS.items():
        parameters[name].copy_(fake_quantise(parameters[name], bits))
`);
});

test("the code of the other quantisers differs in its blocks and its rounding", () => {
  const asymmetric = planPytorch(plan({ scheme: "asymmetric", granularity: "tensor" }));
  expect(asymmetric).toContain(
    "rows = w.double().reshape(1, -1)\n    blocks = rows\n    levels = 2 ** bits - 1\n",
  );
  expect(asymmetric).toContain("(((blocks / scale).round() + zero).clamp(0, levels) - zero) * scale");
  const grouped = planPytorch(plan({ granularity: "group" }));
  expect(grouped).toContain(
    "group = min(2, length)\n    rows = torch.nn.functional.pad(rows, (0, -length % group))",
  );
  expect(grouped).toContain("return blocks.reshape(rows.shape)[:, :length].reshape(w.shape).to(w.dtype)");
});
