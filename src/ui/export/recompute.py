"""Recomputes the run in {{RESULT}} with PyTorch, in float64 and with other random vectors.

Beside this script: {{RESULT}}, {{MODEL}} and {{DATA}}. Needs numpy and torch. It prints its own numbers beside those of
the file, and draws both densities into density.pdf if matplotlib is installed.
"""
import json

import numpy as np
import torch
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)
with open("{{RESULT}}") as file:
    result = json.load(file)
card, settings, meaning = result["model"], result["settings"], result["meaning"]
if meaning["operator"] != "hessian":
    raise SystemExit(f"This script multiplies with the Hessian; the run measured {meaning['operator']}.")


def read_safetensors(path):
    kinds = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4"}
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        rest = file.read()
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            start, end = entry["data_offsets"]
            array = np.frombuffer(rest[start:end], kinds[entry["dtype"]]).reshape(entry["shape"])
            tensors[name.removeprefix("module.")] = torch.tensor(array.astype(np.float64))
    return tensors


def batch_norm(p, name, x):
    if name + ".weight" not in p:
        return x
    running = (p[name + ".running_mean"], p[name + ".running_var"])
    return F.batch_norm(x, *running, p[name + ".weight"], p[name + ".bias"], training=settings["bn"] == "batch")


def resnet_cifar(p, x):
    skip = "no skip" not in card["architecture"]
    x = F.relu(batch_norm(p, "bn1", F.conv2d(x, p["conv1.weight"], padding=1)))
    for stage in (1, 2, 3):
        block = 0
        while f"layer{stage}.{block}.conv1.weight" in p:
            at = f"layer{stage}.{block}."
            stride = 2 if stage > 1 and block == 0 else 1
            y = F.conv2d(x, p[at + "conv1.weight"], stride=stride, padding=1)
            y = F.conv2d(F.relu(batch_norm(p, at + "bn1", y)), p[at + "conv2.weight"], padding=1)
            y = batch_norm(p, at + "bn2", y)
            if skip and at + "shortcut.0.weight" in p:
                x = batch_norm(p, at + "shortcut.1", F.conv2d(x, p[at + "shortcut.0.weight"], stride=stride))
            elif skip and stride == 2:
                edge = (y.shape[1] - x.shape[1]) // 2
                x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, edge, edge))
            x = F.relu(y + x if skip else y)
            block += 1
    head = "linear" if "linear.weight" in p else "fc"
    return F.linear(x.mean((2, 3)), p[head + ".weight"], p[head + ".bias"])


def perceptron(p, x):
    weights = [t["name"] for t in card["tensors"] if len(t["shape"]) == 2]
    activation = torch.tanh if card["architecture"].endswith("tanh") else F.relu
    x = x.flatten(1)
    for name in weights:
        x = F.linear(x, p[name], p[name.removesuffix("weight") + "bias"])
        x = x if name == weights[-1] else activation(x)
    return x


def bert(p, ids, mask):
    heads = int(card["architecture"].split(" head")[0].split()[-1])
    norm = lambda name, x: F.layer_norm(x, x.shape[-1:], p[name + ".weight"], p[name + ".bias"], 1e-12)
    linear = lambda name, x: F.linear(x, p[name + ".weight"], p[name + ".bias"])
    split = lambda x: x.unflatten(-1, (heads, -1)).transpose(1, 2)
    at = "bert.embeddings."
    x = p[at + "word_embeddings.weight"][ids] + p[at + "position_embeddings.weight"][: ids.shape[1]]
    x = norm(at + "LayerNorm", x + p[at + "token_type_embeddings.weight"][0])
    hidden = torch.where(mask[:, None, None, :] > 0, 0.0, -1e30)
    layer = 0
    while f"bert.encoder.layer.{layer}.output.dense.weight" in p:
        at = f"bert.encoder.layer.{layer}."
        q, k, v = (split(linear(f"{at}attention.self.{name}", x)) for name in ("query", "key", "value"))
        attention = torch.softmax(q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5 + hidden, -1) @ v
        mixed = linear(at + "attention.output.dense", attention.transpose(1, 2).flatten(2))
        x = norm(at + "attention.output.LayerNorm", x + mixed)
        wide = F.gelu(linear(at + "intermediate.dense", x))
        x = norm(at + "output.LayerNorm", x + linear(at + "output.dense", wide))
        layer += 1
    return linear("classifier", torch.tanh(linear("bert.pooler.dense", x[:, 0])))


def logits(p, batch):
    if card["family"] == "bert" and "bert.pooler.dense.weight" in p:
        ids = torch.tensor(batch["input_ids"].astype(np.int64))
        mask = batch["attention_mask"] if "attention_mask" in batch else np.ones(ids.shape)
        return bert(p, ids, torch.tensor(mask))
    x = torch.tensor(batch["images" if "images" in batch else "x"].astype(np.float64))
    if card["family"] == "mlp":
        return perceptron(p, x)
    if card["family"] == "resnet-cifar":
        if batch["images"].dtype == np.uint8:
            mean, std = (torch.tensor(card["data"][key]) for key in ("mean", "std"))
            # Normalised pixels are float32 in the run: rounded alike, no ReLU changes its side.
            x = ((x / 255 - mean) / std).float().double()
        return resnet_cifar(p, x.permute(0, 3, 1, 2) if x.shape[-1] == 3 else x)
    raise SystemExit(f"Write the forward pass of {card['architecture']} here: {{SCRIPT}}, function logits.")


with np.load("{{DATA}}") as file:
    rows = result.get("drawn") or range(settings["start"], settings["start"] + settings["batchSize"])
    batch = {name: file[name][list(rows)] for name in file.files}
weights = read_safetensors("{{MODEL}}")
every = [tensor["name"] for tensor in card["tensors"]]
names = every if meaning["parameters"] == "all" else meaning["parameters"]
for name in names:
    weights[name].requires_grad_()
chosen = [weights[name] for name in names]
n = sum(w.numel() for w in chosen)
out = logits(weights, batch)
if meaning["loss"] == "cross-entropy":
    loss = F.cross_entropy(out, torch.tensor(batch["labels"].astype(np.int64)))
else:
    loss = F.mse_loss(out, torch.tensor(batch["targets"]).reshape(out.shape).double())
gradient = torch.autograd.grad(loss, chosen, create_graph=True)


def product(v):
    """Hessian times v, plus the weight decay of the run."""
    parts = [part.view_as(w) for part, w in zip(v.split([w.numel() for w in chosen]), chosen)]
    hv = torch.autograd.grad(gradient, chosen, parts, retain_graph=True, allow_unused=True)
    hv = torch.cat([(torch.zeros_like(w) if h is None else h).reshape(-1) for h, w in zip(hv, chosen)])
    return hv + (settings.get("weightDecay") or 0) * v


def lanczos(v, steps):
    """T of a Lanczos run with full reorthogonalisation, and v'Hv."""
    basis, alpha, beta = [v / v.norm()], [], []
    for _ in range(min(steps, n)):
        w = product(basis[-1])
        alpha.append(float(w @ basis[-1]))
        for _ in range(2):
            for q in basis:
                w = w - (w @ q) * q
        beta.append(float(w.norm()))
        if beta[-1] < 1e-12 * abs(alpha[0]):
            break
        basis.append(w / w.norm())
    return np.diag(alpha) + np.diag(beta[: len(alpha) - 1], 1) + np.diag(beta[: len(alpha) - 1], -1), alpha[0] * n


torch.manual_seed(settings["seed"])
nodes, tau, samples = [], [], []
for probe in range(settings["probes"]):
    t, sample = lanczos(torch.randint(0, 2, (n,)).double() * 2 - 1, settings["steps"])
    theta, vectors = np.linalg.eigh(t)
    nodes.append(theta)
    tau.append(vectors[0] ** 2)
    samples.append(sample)

print(f"{'':<12}{'PyTorch':>16}{'file':>16}")
print(f"{'loss':<12}{float(loss):>16.7g}{result['loss']:>16.7g}")
for place, value in enumerate(result["eigenvalues"]["top"]):
    print(f"{f'lambda {place + 1}':<12}{nodes[value['probe'] % len(nodes)][-1 - place]:>16.7g}{value['value']:>16.7g}")
for place, value in enumerate(result["eigenvalues"]["bottom"]):
    print(f"{f'lowest {place + 1}':<12}{nodes[value['probe'] % len(nodes)][place]:>16.7g}{value['value']:>16.7g}")
print(f"{'trace':<12}{np.mean(samples):>16.7g}{result['trace']['estimate']:>16.7g}  (from {len(samples)} other probes)")

try:
    import matplotlib.pyplot as plt
except ImportError:
    raise SystemExit
both = {"PyTorch": (nodes, tau), "file": (result["spectrum"]["nodes"], result["spectrum"]["weights"])}
low, high = min(theta[0] for theta in nodes), max(theta[-1] for theta in nodes)
sigma = 0.01 * (high - low)
grid = np.linspace(low - 5 * sigma, high + 5 * sigma, 2000)
for label, (all_nodes, all_weights) in both.items():
    gauss = lambda theta: np.exp(-(((grid[:, None] - theta) / sigma) ** 2) / 2) / (sigma * np.sqrt(2 * np.pi))
    plt.semilogy(grid, np.mean([gauss(np.array(t)) @ np.array(w) for t, w in zip(all_nodes, all_weights)], 0), label=label)
plt.ylim(1e-3 / n / sigma, None)
plt.xlabel("eigenvalue")
plt.ylabel("density")
plt.legend()
plt.savefig("density.pdf")
