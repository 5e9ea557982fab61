"""Golden values of the bundled models in float64, written to public/models/<id>/golden.json.

  python3 tools/train/golden.py                          every model
  python3 tools/train/golden.py --model resnet20         one of them
  python3 tools/train/golden.py --check-reference DIR    compare this script with independent float64 results first

DIR holds models/resnet20_cifar10, data/cifar10_test_*.npz and goldens/resnet20_*.json.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import torch

import synthetic10
import tensorfile
from curvature import MeanLoss, exact_trace, hutchinson, lanczos, refine
from resnet import ResNet
from train import BATCH_FILE, OUTPUT, RECIPES, save_json

TOP, BOTTOM, TOLERANCE = 5, 2, 1e-6
PROBES = 60
STRIDE = 257
ONE_LAYER = "layer2.0.conv1.weight"

ABOUT = {
    "loss": "mean cross-entropy over the samples, without weight decay; x = (uint8 / 255 - mean) / std in float32, "
    "then float64 throughout, by PyTorch's double backward",
    "samples": "`count` consecutive samples of the batch from `start`",
    "bn": "eval: running statistics; batch: statistics of the samples themselves (biased variance, differentiated); "
    "none: the model has no BatchNorm",
    "order": "flat vectors follow PyTorch's named_parameters(): the order of the trainable tensors in the weight file",
    "vectors": {
        "u": "u_i = sin(0.37 i) / sqrt(n), i = 0..n-1 over the flat vector",
        "v": "v_i = cos(0.11 i) / sqrt(n)",
        "one-layer": f"cos(0.11 i) / sqrt(size) where i, the index in the whole flat vector, lies in {ONE_LAYER}; "
        "0 elsewhere; size is that of the tensor",
    },
    "products": "uHv = u' (H vector), hvNorm = ||H vector||; "
    f"stridedSums[b] = sum of (H vector)_i over i = b mod {STRIDE}",
    "eigenvalues": "top in descending, bottom in ascending order; residual = ||H y - value y|| with ||y|| = 1. "
    f"Lanczos with full reorthogonalisation until every residual is below {TOLERANCE} |value|. `precision` float64: "
    "all of it, residuals by the recurrence (below 1e-13 they mean rounding); float32+float64: vectors from float32 "
    "products, then Rayleigh-Ritz and measured residuals in float64; a value is at most residual^2 / gap off",
    "trace": "exact: closed sum over samples and classes, (1/N) sum_n [sum_c p_nc |g_nc|^2 - |sum_c p_nc g_nc|^2], "
    f"g_nc = d z_nc / d theta. hutchinson: mean and standard error of {PROBES} Rademacher probes, "
    "per tensor v_l' (H v)_l",
}


def build(tensors, batch_norm, skip, dtype=torch.float64):
    """A fresh model with these weights: batch statistics leave their traces in the running ones."""
    model = ResNet(20, batch_norm, skip)
    state = {name: torch.from_numpy(array) for name, array in tensors.items()}
    missing, unexpected = model.load_state_dict(state, strict=False)
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise ValueError(f"weights: missing {missing}, unexpected {unexpected}")
    return model.to(dtype)


def test_vectors(loss, one_layer_name):
    """The three deterministic vectors (u, v, one-layer) of ABOUT, float64 (n,)."""
    i = np.arange(loss.n, dtype=np.float64)
    layer = loss.names.index(one_layer_name)
    begin, size = sum(loss.sizes[:layer]), loss.sizes[layer]
    one_layer = np.zeros(loss.n)
    one_layer[begin : begin + size] = np.cos(0.11 * i[begin : begin + size]) / np.sqrt(size)
    return np.sin(0.37 * i) / np.sqrt(loss.n), np.cos(0.11 * i) / np.sqrt(loss.n), one_layer


def products(loss, one_layer_name=ONE_LAYER):
    u, v, one_layer = test_vectors(loss, one_layer_name)
    results = []
    for name, vector in (("v", v), ("one-layer", one_layer)):
        hv = loss.hvp(vector)
        sums = np.bincount(np.arange(loss.n) % STRIDE, weights=hv)
        results.append(
            {"vector": name, "uHv": u @ hv, "hvNorm": np.linalg.norm(hv), "stridedSums": sums.tolist()}
        )
    return results


def eigenvalues(loss, quick):
    """The ends of the spectrum; `quick` is a float32 MeanLoss that finds the vectors where float64 is too slow."""
    ritz = lanczos((quick or loss).hvp, loss.n, TOP, BOTTOM, TOLERANCE)
    if quick:
        ritz = refine(loss.hvp, ritz)
    pairs = [{"value": value, "residual": residual} for value, residual in zip(ritz.values, ritz.residuals)]
    return {
        "precision": "float32+float64" if quick else "float64",
        "steps": ritz.steps,
        "top": pairs[: -TOP - 1 : -1],
        "bottom": pairs[:BOTTOM],
    }


def trace(loss, batch_statistics):
    if batch_statistics:
        return estimated_trace(loss)
    parts = exact_trace(loss)
    return {"kind": "exact", "value": parts.sum(), "perTensor": dict(zip(loss.names, parts))}


def estimated_trace(loss):
    samples = hutchinson(loss, PROBES)
    totals = samples.sum(axis=1)
    errors = samples.std(axis=0, ddof=1) / np.sqrt(PROBES)
    return {
        "kind": "hutchinson",
        "probes": PROBES,
        "estimate": totals.mean(),
        "standardError": totals.std(ddof=1) / np.sqrt(PROBES),
        "perTensor": {
            name: {"estimate": mean, "standardError": error}
            for name, mean, error in zip(loss.names, samples.mean(axis=0), errors)
        },
    }


def case(make_model, x, y, bn):
    """All golden values of one batch: x float32 (N, 3, 32, 32), y int64 (N,), bn one of eval, batch, none."""
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    batch_statistics = bn == "batch"
    loss = MeanLoss(make_model(torch.float64), x.double(), y, batch_statistics)
    small = len(y) <= 16
    quick = None if small else MeanLoss(make_model(torch.float32), x, y, batch_statistics)
    return {
        "samples": {"start": 0, "count": len(y)},
        "bn": bn,
        "loss": loss.loss,
        "gradientNorm": np.linalg.norm(loss.gradient()),
        "products": products(loss),
        "eigenvalues": eigenvalues(loss, quick),
        "trace": trace(loss, batch_statistics),
    }


def golden(folder, name):
    """Yields the contents of golden.json after each of its cases, so that a long run leaves what it has."""
    recipe = RECIPES[name]
    weights, batch = folder / name / "model.safetensors", folder / "data" / BATCH_FILE
    tensors = tensorfile.read(weights)
    with np.load(batch) as file:
        x, y = synthetic10.normalise(file["images"][:128]), file["labels"][:128]

    def make_model(dtype):
        return build(tensors, recipe.batch_norm, recipe.skip, dtype)

    plan = [(16, "eval"), (16, "batch"), (128, "eval")] if recipe.batch_norm else [(16, "none"), (128, "none")]
    record = {
        "about": ABOUT,
        "model": name,
        "torch": torch.__version__,
        "weightsSha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "batchSha256": hashlib.sha256(batch.read_bytes()).hexdigest(),
        "cases": [],
    }
    for count, bn in plan:
        record["cases"].append(case(make_model, x[:count], y[:count], bn))
        print(name, count, bn, summary(record["cases"][-1]), flush=True)
        yield record


def summary(result):
    short = {key: result[key] for key in ("loss", "gradientNorm")}
    short["top"] = [pair["value"] for pair in result["eigenvalues"]["top"]]
    short["bottom"] = [pair["value"] for pair in result["eigenvalues"]["bottom"]]
    short["steps"] = result["eigenvalues"]["steps"]
    short["trace"] = result["trace"].get("value", result["trace"].get("estimate"))
    return json.dumps(short)


def check_reference(folder):
    """Repeats results that other code found for a CIFAR-10 checkpoint; returns the number of disagreements.

    Allowed are 1e-9 relative, and 3e-5 where the reference rests on float32 products.
    """
    tensors = tensorfile.read(folder / "models/resnet20_cifar10/model.safetensors")

    def make_model(dtype):
        return build(tensors, True, True, dtype)

    def reference(name):
        return json.loads((folder / "goldens" / name).read_text())

    disagreements = 0

    def compare(what, found, expected, allowed=1e-9):
        nonlocal disagreements
        difference = abs(found - expected) / abs(expected)
        disagreements += difference > allowed
        verdict = "agrees" if difference <= allowed else "DISAGREES"
        print(f"{what:44s} {found:.12g}, reference {expected:.12g}: {verdict}, {difference:.1e}", flush=True)

    big = reference("resnet20_eigs_eval.json")
    exact = reference("resnet20_exact_trace_eval.json")
    last = big["lanczos"]["history"][-1]
    large = {
        "loss_f64": big["loss_value_f64"],
        "grad_norm_f64": big["grad_norm_f64"],
        "top5": last["top"],
        "bottom": last["bottom"],
        "trace": exact["trace"],
        "per_tensor": exact["per_tensor"],
    }
    for name, bn, values in (
        ("000_015", "eval", reference("resnet20_eval_000_015.json")),
        ("000_015", "batch", reference("resnet20_batchstat_000_015.json")),
        ("000_127", "eval", large),
    ):
        with np.load(folder / f"data/cifar10_test_{name}.npz") as file:
            found = case(make_model, file["images"], file["labels"].astype(np.int64), bn)
        label, allowed = f"{name} {bn}", 1e-9 if bn == "batch" else 3e-5
        compare(f"{label} loss", found["loss"], values["loss_f64"])
        compare(f"{label} gradient norm", found["gradientNorm"], values["grad_norm_f64"])
        if "uHv" in values:
            compare(f"{label} u'Hv", found["products"][0]["uHv"], values["uHv"]["value"], allowed)
            compare(f"{label} ||Hv||", found["products"][0]["hvNorm"], values["uHv"]["hv_norm"], allowed)
        for end, expected in (("top", values["top5"][:TOP]), ("bottom", values["bottom"][:BOTTOM])):
            for i, value in enumerate(expected):
                compare(f"{label} {end} {i + 1}", found["eigenvalues"][end][i]["value"], value, allowed)
        if "trace" in values:
            compare(f"{label} trace", found["trace"]["value"], values["trace"])
            for tensor, value in values["per_tensor"].items():
                compare(f"{label} trace of {tensor}", found["trace"]["perTensor"][tensor], value)
        else:
            estimate = found["trace"].get("estimate", found["trace"].get("value"))
            error = np.hypot(found["trace"].get("standardError", 0), values["trace_sem"])
            apart = (estimate - values["trace_mean"]) / error
            print(f"{label} trace {estimate:.6g}, reference {values['trace_mean']:.6g}: {apart:+.2f} standard errors")
    return disagreements


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=RECIPES, action="append", help="one model; may be repeated (default: all)")
    parser.add_argument("--check-reference", type=Path, metavar="DIR", help="check this script instead")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads of PyTorch (default 2)")
    parser.add_argument("--models", type=Path, default=OUTPUT, help="folder of the models (default public/models)")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    if arguments.check_reference:
        disagreements = check_reference(arguments.check_reference)
        print(f"{disagreements} disagreements")
        sys.exit(disagreements > 0)
    for name in arguments.model or RECIPES:
        for record in golden(arguments.models, name):
            save_json(arguments.models / name / "golden.json", record)


if __name__ == "__main__":
    main()
