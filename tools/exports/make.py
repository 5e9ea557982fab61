"""Writes ONNX files by PyTorch's exporter and what PyTorch in float64 gives for them.

    python3 tools/exports/make.py test/fixtures/exports          # the small ones of the tests
    python3 tools/exports/make.py --full FOLDER [NAME ...]       # full size, up to 100 MB each

golden.json: loss, and for each tensor the norm of its part of Hv and that part's product with v, where element i of each
tensor of v is cos(0.11 i). Inputs follow from formulas that both sides compute exactly: see `batch`.
EIGENSCOPE_EXPORTS=FOLDER npx vitest run test/model/onnx/exports.test.ts compares the full-size ones.
"""
import argparse
import json
import pathlib

import torch
from networks import NETWORKS


def sequence(count, modulus):
    """0 to modulus - 1 in an order that repeats late."""
    return (torch.arange(count, dtype=torch.int64) * 7919 + 13) % modulus


def batch(name, size, words, samples):
    """Arguments of the network in float64, and labels."""
    if name.startswith("bert"):
        ids = sequence(samples * size, words - 2).reshape(samples, size) + 2
        mask = (torch.arange(size)[None, :] < size - 2 * torch.arange(samples)[:, None]).long()
        types = (torch.arange(size)[None, :] * 2 >= size).long() * mask
        return (torch.where(mask == 1, ids, torch.ones_like(ids)), mask, types)
    pixels = sequence(samples * 3 * size * size, 1009).double() / 504.5 - 1
    return (pixels.float().double().reshape(samples, 3, size, size),)


def randomise(net):
    """Norms and running statistics that are not those of a fresh network."""
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.2, 0.2)
            module.running_var.uniform_(0.5, 1.5)
        if isinstance(module, (torch.nn.BatchNorm2d, torch.nn.LayerNorm)):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.uniform_(module.bias, -0.2, 0.2)


def export(net, args, path, opset):
    names = ["input_ids", "attention_mask", "token_type_ids"] if len(args) > 1 else ["images"]
    torch.onnx.export(
        net, args, str(path), opset_version=opset, input_names=names, output_names=["logits"],
        training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False,
        dynamic_axes={name: {0: "N", **({1: "T"} if len(args) > 1 else {})} for name in names},
    )


def golden(net, args, labels):
    params = dict(net.named_parameters())
    loss = torch.nn.functional.cross_entropy(net(*args), labels)
    grads = torch.autograd.grad(loss, params.values(), create_graph=True)
    v = [torch.cos(0.11 * torch.arange(p.numel(), dtype=torch.float64)).reshape(p.shape) for p in params.values()]
    slope = sum((g * d).sum() for g, d in zip(grads, v))
    hv = torch.autograd.grad(slope, params.values(), allow_unused=True)
    parts = {}
    for name, h, d in zip(params, hv, v):
        h = torch.zeros_like(d) if h is None else h
        parts[name] = [h.norm().item(), (h * d).sum().item()]
    return {"loss": loss.item(), "hv": parts}


def make(name, folder, full):
    torch.manual_seed(1)
    small, large, sizes, opset = NETWORKS[name]
    net = (large if full else small)().eval()
    with torch.no_grad():
        randomise(net)
    size, samples = sizes[full], 1 if full and name == "resnet50" else 2
    words = net.words.num_embeddings if name.startswith("bert") else 0
    args = batch(name, size, words, samples)
    export(net, tuple(a.float() if a.is_floating_point() else a for a in args), folder / f"{name}.onnx", opset)
    net.double()
    classes = net(*args).shape[1]
    labels = (3 * torch.arange(samples) + 1) % classes
    return {"size": size, "samples": samples, "classes": classes, **({"words": words} if words else {}),
            **golden(net, args, labels)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--full", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    options.folder.mkdir(parents=True, exist_ok=True)
    found = {name: make(name, options.folder, options.full) for name in options.names or NETWORKS}
    with open(options.folder / "golden.json", "w") as file:
        json.dump(found, file, separators=(",", ":"))
        file.write("\n")


main()
