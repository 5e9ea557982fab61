"""Golden values of ResNets in float64, by PyTorch's double backward.

  python3 tools/golden_resnets.py                     narrow nets of all kinds: test/fixtures/resnets/golden.json
  python3 tools/golden_resnets.py --check             the modules here against torchvision's ResNet-18 and ResNet-50
  python3 tools/golden_resnets.py --full DIR          torchvision's ResNet-18 and ResNet-50 at 64x64: checkpoints, batch,
                                                      vector and float64 products, and the commands that compute the same
  python3 tools/golden_resnets.py --compare DIR       compares what these commands wrote

The narrow nets are written by hand after the paper and the names of torchvision, of scripts for CIFAR, and of Hugging
Face's library. Their weights come from a generator of integers (mulberry32), so that a test can make them without a file.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from golden_transformers import mulberry32

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "test/fixtures/resnets/golden.json"
CLASSES, STRIDE = 5, 16

ABOUT = {
    "tensors": "parameters: names and shapes in the order of named_parameters(); states: running statistics likewise",
    "weights": "float32 values, parameters first, then states, row-major, each from one number u of mulberry32 "
    "(0 <= u < 1): kernels s (2 u - 1) with s = sqrt(6 / inputs per output), matrices the same with sqrt(3 / columns), "
    "other weights 0.25 + 0.5 u, running variances 0.5 + u, biases and running means 0.5 (2 u - 1)",
    "batch": "images float32 [N,3,H,W] of the numbers 1.7 (2 u - 1) that follow; labels n modulo 5",
    "loss": "mean cross-entropy; bn eval: running statistics; batch: those of the batch, differentiated",
    "v": "v_i = cos(0.11 i) / sqrt(n) over the flat vector, float64",
    "sums": f"sums[b] = sum of x_i over i = b mod {STRIDE}, for the gradient and for H v",
}


def conv(inputs, outputs, kernel, stride=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)


class Unit(nn.Module):
    """Basic unit, or bottleneck with the stride on the 3x3 convolution; `projection` names the module of option B."""

    def __init__(self, inputs, width, stride, bottleneck, projection):
        super().__init__()
        outputs = 4 * width if bottleneck else width
        sizes = [(inputs, width, 1, 1), (width, width, 3, stride), (width, outputs, 1, 1)]
        if not bottleneck:
            sizes = [(inputs, width, 3, stride), (width, width, 3, 1)]
        for k, size in enumerate(sizes, 1):
            setattr(self, f"conv{k}", conv(*size))
            setattr(self, f"bn{k}", nn.BatchNorm2d(size[1]))
        self.count, self.projection = len(sizes), None
        if stride != 1 or inputs != outputs:
            self.projection = projection
            setattr(self, projection, nn.Sequential(conv(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs)))

    def forward(self, x):
        y = x
        for k in range(1, self.count + 1):
            y = getattr(self, f"bn{k}")(getattr(self, f"conv{k}")(y))
            y = F.relu(y) if k < self.count else y
        return F.relu(y + (getattr(self, self.projection)(x) if self.projection else x))


class ResNet(nn.Module):
    """With a 7x7 stem (stride 2, max pooling) named as in torchvision, or a 3x3 stem as in scripts for CIFAR."""

    def __init__(self, counts, width, bottleneck, classes, small=False, projection="downsample", head="fc"):
        super().__init__()
        self.small, self.head, self.stages = small, head, len(counts)
        self.conv1 = nn.Conv2d(3, width, 3 if small else 7, 1 if small else 2, 1 if small else 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        inputs = width
        for s, count in enumerate(counts):
            units = []
            for i in range(count):
                stride = 2 if s > 0 and i == 0 else 1
                units.append(Unit(inputs, width * 2**s, stride, bottleneck, projection))
                inputs = width * 2**s * (4 if bottleneck else 1)
            setattr(self, f"layer{s + 1}", nn.Sequential(*units))
        setattr(self, head, nn.Linear(inputs, classes))

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = x if self.small else F.max_pool2d(x, 3, 2, 1)
        for s in range(self.stages):
            x = getattr(self, f"layer{s + 1}")(x)
        return getattr(self, self.head)(x.mean((2, 3)))


def part(**modules):
    module = nn.Module()
    for name, child in modules.items():
        setattr(module, name, child)
    return module


def layer(inputs, outputs, kernel, stride=1):
    module = part(convolution=conv(inputs, outputs, kernel, stride), normalization=nn.BatchNorm2d(outputs))
    module.forward = lambda x: module.normalization(module.convolution(x))
    return module


class HuggingFace(nn.Module):
    """ResNetForImageClassification: its units declare `shortcut` before `layer`."""

    def __init__(self, counts, width, bottleneck, classes):
        super().__init__()
        stem = part(convolution=nn.Conv2d(3, width, 7, 2, 3, bias=False), normalization=nn.BatchNorm2d(width))
        stages, inputs = [], width
        for s, count in enumerate(counts):
            units = []
            for i in range(count):
                stride, inner = 2 if s > 0 and i == 0 else 1, width * 2**s
                outputs = 4 * inner if bottleneck else inner
                unit = nn.Module()
                if stride != 1 or inputs != outputs:
                    unit.shortcut = layer(inputs, outputs, 1, stride)
                if bottleneck:
                    sizes = [(inputs, inner, 1, 1), (inner, inner, 3, stride), (inner, outputs, 1, 1)]
                else:
                    sizes = [(inputs, inner, 3, stride), (inner, inner, 3, 1)]
                unit.layer = nn.ModuleList(layer(*size) for size in sizes)
                units.append(unit)
                inputs = outputs
            stages.append(part(layers=nn.ModuleList(units)))
        self.resnet = part(embedder=part(embedder=stem), encoder=part(stages=nn.ModuleList(stages)))
        self.classifier = nn.Sequential(nn.Flatten(), nn.Linear(inputs, classes))

    def forward(self, x):
        stem = self.resnet.embedder.embedder
        x = F.max_pool2d(F.relu(stem.normalization(stem.convolution(x))), 3, 2, 1)
        for stage in self.resnet.encoder.stages:
            for unit in stage.layers:
                y = x
                for k, inner in enumerate(unit.layer):
                    y = inner.forward(y if k == 0 else F.relu(y))
                x = F.relu(y + (unit.shortcut.forward(x) if hasattr(unit, "shortcut") else x))
        return self.classifier(F.adaptive_avg_pool2d(x, 1))


def fill(model, seed):
    """Weights and running statistics by ABOUT; returns the generator for what follows."""
    random = mulberry32(seed)

    def numbers(shape, make):
        values = np.float32([make(next(random)) for _ in range(int(np.prod(shape)))])
        return torch.from_numpy(values.astype(np.float64)).view(tuple(shape))

    for name, parameter in model.named_parameters():
        shape = parameter.shape
        if len(shape) == 1:
            is_bias = name.endswith("bias")
            parameter.data = numbers(shape, lambda u: 0.5 * (2 * u - 1) if is_bias else 0.25 + 0.5 * u)
        else:
            s = np.sqrt((6 if len(shape) == 4 else 3) / np.prod(shape[1:]))
            parameter.data = numbers(shape, lambda u: s * (2 * u - 1))
    for name, buffer in model.named_buffers():
        if name.endswith("num_batches_tracked"):
            continue
        is_mean = name.endswith("mean")
        buffer.data = numbers(buffer.shape, lambda u: 0.5 * (2 * u - 1) if is_mean else 0.5 + u)
    return numbers


def derivatives(model, x, y):
    """Loss, gradient and H v."""
    loss = F.cross_entropy(model(x), y)
    parameters = list(model.parameters())
    sizes = [p.numel() for p in parameters]
    v = vector(sum(sizes))
    gradients = torch.autograd.grad(loss, parameters, create_graph=True)
    tangents = [
        torch.from_numpy(values).view_as(p) for values, p in zip(np.split(v, np.cumsum(sizes)[:-1]), parameters)
    ]
    product = torch.autograd.grad(gradients, parameters, tangents)
    flat = [torch.cat([t.detach().reshape(-1) for t in parts]).numpy() for parts in (gradients, product)]
    return loss.item(), *flat


def vector(n):
    return np.cos(0.11 * np.arange(n)) / np.sqrt(n)


def summary(x):
    return {"norm": np.linalg.norm(x), "sums": np.bincount(np.arange(len(x)) % STRIDE, x).tolist()}


def case(name, model, seed, shape):
    model.double()
    numbers = fill(model, seed)
    x = numbers(shape, lambda u: 1.7 * (2 * u - 1))
    y = torch.arange(shape[0]) % CLASSES
    states = [[name, list(b.shape)] for name, b in model.named_buffers() if "num_batches" not in name]
    record = {
        "name": name,
        "seed": seed,
        "parameters": [[name, list(p.shape)] for name, p in model.named_parameters()],
        "states": states,
        "images": list(shape),
    }
    for bn in ("eval", "batch"):
        loss, gradient, hv = derivatives(model.train(bn == "batch"), x, y)
        record[bn] = {"loss": loss, "gradient": summary(gradient), "hv": summary(hv)}
        print(name, len(gradient), bn, loss, record[bn]["gradient"]["norm"], record[bn]["hv"]["norm"], flush=True)
    return record


def write_golden():
    basic, bottleneck = [2, 2, 2, 2], [3, 4, 6, 3]
    cases = [
        case("resnet18", ResNet(basic, 4, False, CLASSES), 1, (4, 3, 40, 33)),
        case("resnet50", ResNet(bottleneck, 4, True, CLASSES), 2, (4, 3, 40, 40)),
        case("two stages", ResNet([1, 1], 4, False, CLASSES), 8, (4, 3, 16, 16)),
        case("cifar basic", ResNet(basic, 4, False, CLASSES, True, "shortcut", "linear"), 3, (4, 3, 16, 16)),
        case("cifar bottleneck", ResNet([1, 2], 4, True, CLASSES, True, "shortcut", "linear"), 4, (4, 3, 8, 8)),
        case("cifar three stages", ResNet([1, 1, 1], 4, False, CLASSES, True, "downsample"), 5, (4, 3, 12, 12)),
        case("hugging face basic", HuggingFace([1, 2], 4, False, CLASSES), 6, (4, 3, 24, 24)),
        case("hugging face bottleneck", HuggingFace([2, 1], 4, True, CLASSES), 7, (4, 3, 24, 24)),
    ]
    record = {"about": ABOUT, "torch": torch.__version__}
    text = json.dumps({**record, "cases": []})[:-2] + ",\n".join("\n" + json.dumps(c) for c in cases) + "\n]}\n"
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(text)


def published():
    import torchvision

    return {"resnet18": torchvision.models.resnet18, "resnet50": torchvision.models.resnet50}


def check():
    """The modules of this file have torchvision's names, order and logits."""
    for name, make in published().items():
        bottleneck = name == "resnet50"
        own = ResNet([3, 4, 6, 3] if bottleneck else [2, 2, 2, 2], 64, bottleneck, 1000).double().eval()
        other = make().double().eval()
        order = [n for n, _ in own.named_parameters()] == [n for n, _ in other.named_parameters()]
        own.load_state_dict(other.state_dict())
        x = torch.randn(1, 3, 50, 64, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
        with torch.no_grad():
            difference = (own(x) - other(x)).norm() / other(x).norm()
        count = sum(p.numel() for p in other.parameters())
        print(f"{name}: {count} parameters, names and order {'agree' if order else 'DIFFER'}, logits {difference:.1e}")


FULL = {"resnet18": 2, "resnet50": 1}
"""Samples of the batches of --full."""


def full(folder):
    """Seeded weights by torchvision's own initialisation; running statistics of some batches make them plausible."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in published().items():
        torch.manual_seed(0)
        model = make()
        model.train()
        with torch.no_grad():
            for _ in range(20):
                model(torch.randn(16, 3, 64, 64))
        torch.save(model.state_dict(), folder / f"{name}.pt")
        x, y = torch.randn(FULL[name], 3, 64, 64), torch.arange(FULL[name]) * 7
        np.savez(folder / f"{name}.npz", images=x.numpy(), labels=y.numpy())
        model.double()
        n = sum(p.numel() for p in model.parameters())
        np.save(folder / f"{name}-v.npy", vector(n).astype(np.float32))
        state = {key: value.clone() for key, value in model.state_dict().items()}
        for bn in ("eval", "batch"):
            model.load_state_dict(state)
            loss, gradient, hv = derivatives(model.train(bn == "batch"), x.double(), y)
            np.save(folder / f"{name}-{bn}-float64.npy", hv)
            print(name, n, bn, "loss", loss, "gradient", np.linalg.norm(gradient), "Hv", np.linalg.norm(hv), flush=True)
            files = f"--model {folder}/{name}.pt --data {folder}/{name}.npz --batch-size {FULL[name]} --bn {bn}"
            print(f"  node tools/interpret.mjs {files} --out {folder}/{name}-{bn}-interpreter.npy")
            print(
                f"  npm run -s eigenscope -- hvp {files} --vector {folder}/{name}-v.npy"
                f" --out {folder}/{name}-{bn}-engine.npy --json {folder}/{name}-{bn}.json"
            )
            (folder / f"{name}-{bn}-float64.json").write_text(
                json.dumps({"loss": loss, "gradientNorm": np.linalg.norm(gradient)})
            )


def compare(folder):
    """Relative 2-norms of the differences from PyTorch's products.

    The engine computes in float32, in which a ReLU input or two pooled elements close to a tie may change sides. One unit
    of the last stage that does moves the product of two samples by some 1e-3, as weights disturbed by 1e-6 do in float64.
    """
    for name in FULL:
        for bn in ("eval", "batch"):
            reference = np.load(folder / f"{name}-{bn}-float64.npy")
            for kind in ("interpreter", "engine"):
                if not (folder / f"{name}-{bn}-{kind}.npy").exists():
                    continue
                product = np.load(folder / f"{name}-{bn}-{kind}.npy")
                error = np.linalg.norm(product - reference) / np.linalg.norm(reference)
                print(f"{name} {bn} {kind}: product {error:.1e} relative to PyTorch's float64")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--check", action="store_true", help="compare with torchvision")
    group.add_argument("--full", type=Path, metavar="DIR", help="write the full networks' files and float64 values")
    group.add_argument("--compare", type=Path, metavar="DIR", help="compare the products computed from these files")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.check:
        check()
    elif arguments.full:
        full(arguments.full)
    elif arguments.compare:
        compare(arguments.compare)
    else:
        write_golden()


if __name__ == "__main__":
    main()
