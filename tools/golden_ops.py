"""Golden values of small networks in float64, written to test/fixtures/ops/golden.json: operations that no bundled model
has, by PyTorch's double backward. `test/gpu/goldenOps.test.ts` builds the same networks.

  python3 tools/golden_ops.py
"""

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

OUTPUT = Path(__file__).resolve().parents[1] / "test" / "fixtures" / "ops" / "golden.json"
STRIDE = 31

ABOUT = {
    "values": "leaf number t of a network (counted in the order of the code) has the elements "
    "floor(256 sin(1.7 i + t) + 0.5) / 256, i = 0.. row-major in PyTorch's order; running variances 1 plus half of that; "
    "the picture of the pooling case floor(4 sin(1.7 i + t) + 0.5) / 4, so that many of its elements are equal",
    "loss": "sum of w y^2 with w the last leaf",
    "vector": "v_i = cos(0.11 i) over the parameters in the order of the code, flattened row-major",
    "sums": f"gradient[b] = sum of gradient_i over i = b mod {STRIDE}; hv the same of H v",
}


class Leaves:
    """Makes the leaves of a network, parameters and others, with the values of ABOUT."""

    def __init__(self):
        self.parameters, self.count = [], 0

    def _values(self, shape, scale):
        i = np.arange(int(np.prod(shape)), dtype=np.float64)
        values = np.floor(scale * np.sin(1.7 * i + self.count) + 0.5) / scale
        self.count += 1
        return torch.from_numpy(values.reshape(shape))

    def parameter(self, *shape, scale=256):
        tensor = self._values(shape, scale).requires_grad_(True)
        self.parameters.append(tensor)
        return tensor

    def fixed(self, *shape):
        return self._values(shape, 256)


def inverted_residual(training):
    """MobileNetV2's block with stride 2: expand 1x1, depthwise 3x3, project 1x1."""

    def network(leaves):
        widths = [(12, 6, 1, 1), (12, 1, 3, 3), (8, 12, 1, 1)]
        layers = [(leaves.parameter(*w), leaves.parameter(w[0]), leaves.parameter(w[0])) for w in widths]
        running = [(leaves.fixed(w[0]), 1 + 0.5 * leaves.fixed(w[0])) for w in widths]
        x = 4 * leaves.fixed(2, 6, 9, 8)
        steps = [{}, {"stride": 2, "padding": 1, "groups": 12}, {}]
        for k, (weight, gain, shift) in enumerate(layers):
            x = F.conv2d(x, weight, **steps[k])
            x = F.batch_norm(x, *running[k], gain, shift, training, 0.0, 1e-5)
            if k < 2:
                x = F.relu6(3 * x)
        return x

    return network


def pooled(leaves):
    x = leaves.parameter(2, 3, 9, 8, scale=4)
    x = F.max_pool2d(x, 3, 2, 1, ceil_mode=True)
    x = F.avg_pool2d(torch.tanh(2 * x), 3, 2, 1, ceil_mode=True, count_include_pad=False)
    return F.avg_pool2d(torch.tanh(2 * x), 2, 1, 1, count_include_pad=True)


def grouped(leaves):
    weight, exponent = leaves.parameter(6, 2, 3, 2), leaves.parameter(1)
    x = F.conv2d(leaves.fixed(2, 6, 9, 8), weight, stride=(2, 1), padding=(2, 1), dilation=(2, 3), groups=3)
    x = F.max_pool2d(x, (2, 3), (1, 2), (1, 1), dilation=(2, 1))
    x = torch.clamp(x / 6 + 0.5, 0, 1) * F.softplus(x) + F.leaky_relu(x, 0.1).sin()
    return (x.abs() + 1).pow(exponent) + x.pow(3) + torch.maximum(x, 1 - x)


CASES = {
    "inverted residual, running statistics": inverted_residual(False),
    "inverted residual, batch statistics": inverted_residual(True),
    "pooling with ties": pooled,
    "groups, dilation and functions": grouped,
}


def strided(parts):
    flat = torch.cat([part.detach().reshape(-1) for part in parts]).numpy()
    return [float(flat[b::STRIDE].sum()) for b in range(STRIDE)]


def measure(network):
    leaves = Leaves()
    y = network(leaves)
    loss = (leaves.fixed(*y.shape) * y * y).sum()
    gradient = torch.autograd.grad(loss, leaves.parameters, create_graph=True)
    sizes = [p.numel() for p in leaves.parameters]
    v = torch.cos(0.11 * torch.arange(sum(sizes), dtype=torch.float64)).split(sizes)
    slope = sum((g * d.view_as(g)).sum() for g, d in zip(gradient, v))
    hv = torch.autograd.grad(slope, leaves.parameters)
    return {"parameters": sum(sizes), "loss": loss.item(), "gradient": strided(gradient), "hv": strided(hv)}


if __name__ == "__main__":
    torch.set_num_threads(1)
    cases = {name: measure(network) for name, network in CASES.items()}
    OUTPUT.write_text(json.dumps({"about": ABOUT, "stride": STRIDE, "cases": cases}, indent=1) + "\n")
