"""Golden values of the bundled BERT in float64, written to public/models/bert-opinions/golden.json.

  python3 tools/train/golden_bert.py                          the golden values
  python3 tools/train/golden_bert.py --check-reference DIR    compare this script with independent float64 results first

DIR holds models/bert_tiny_sst2, data/sst2_dev_000_031.npz and goldens/bert_eigs.json.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import torch

import golden
import tensorfile
from bert import BertForSequenceClassification, Config
from curvature import MeanLoss
from train import OUTPUT, save_json
from train_bert import BATCH_FILE, NAME, shortened

COUNTS = (16, 32)
ONE_LAYER = "bert.encoder.layer.0.attention.self.query.weight"

ABOUT = {
    "loss": "mean cross-entropy over the sentences, without weight decay, dropout off; float64 throughout, by PyTorch's "
    "double backward; padding is masked by -10000 on the attention scores",
    "samples": "`count` consecutive sentences of the batch from `start`, padded to the longest of them",
    "bn": "none: the model has no BatchNorm",
    "order": golden.ABOUT["order"],
    "vectors": {
        **golden.ABOUT["vectors"],
        "one-layer": golden.ABOUT["vectors"]["one-layer"].replace(golden.ONE_LAYER, ONE_LAYER),
    },
    "products": golden.ABOUT["products"],
    "eigenvalues": "top in descending, bottom in ascending order; residual = ||H y - value y|| with ||y|| = 1, by the "
    "recurrence (below 1e-13 it means rounding). Lanczos with full reorthogonalisation until every residual is below "
    f"{golden.TOLERANCE} |value|",
    "trace": f"hutchinson: mean and standard error of {golden.PROBES} Rademacher probes, per tensor v_l' (H v)_l",
}


def build(tensors, config):
    """The model in float64; `config` holds the fields of config.json."""
    known = Config.__dataclass_fields__
    model = BertForSequenceClassification(Config(**{name: config[name] for name in known if name in config}))
    model.load_state_dict({name: torch.from_numpy(array) for name, array in tensors.items()})
    return model.double()


def mean_loss(folder, batch, count):
    """The mean loss of the first `count` sentences of a batch, as `curvature` takes it."""
    model = build(tensorfile.read(folder / "model.safetensors"), json.loads((folder / "config.json").read_text()))
    with np.load(batch) as file:
        ids, mask, y = (file[name][:count] for name in ("input_ids", "attention_mask", "labels"))
        types = file["token_type_ids"][:count] if "token_type_ids" in file else np.zeros_like(ids)
    tokens = torch.from_numpy(np.stack([ids, mask, types], axis=1).astype(np.int64))
    return MeanLoss(model, shortened(tokens), torch.from_numpy(y.astype(np.int64)))


def case(loss, count):
    return {
        "samples": {"start": 0, "count": count},
        "bn": "none",
        "loss": loss.loss,
        "gradientNorm": np.linalg.norm(loss.gradient()),
        "products": golden.products(loss, ONE_LAYER),
        "eigenvalues": golden.eigenvalues(loss, None),
        "trace": golden.estimated_trace(loss),
    }


def check_reference(folder):
    """Repeats results that other code found for a BERT trained on SST-2; returns the number of disagreements.

    Allowed are 1e-9 relative. The eigenvalues take some sixty products of a network with 4.4 million parameters.
    """
    reference = json.loads((folder / "goldens/bert_eigs.json").read_text())
    loss = mean_loss(folder / "models/bert_tiny_sst2", folder / "data/sst2_dev_000_031.npz", 32)
    disagreements = 0

    def compare(what, found, expected, allowed=1e-9):
        nonlocal disagreements
        difference = abs(found - expected) / abs(expected)
        disagreements += difference > allowed
        verdict = "agrees" if difference <= allowed else "DISAGREES"
        print(f"{what:14s} {found:.12g}, reference {expected:.12g}: {verdict}, {difference:.1e}", flush=True)

    compare("loss", loss.loss, reference["loss_value"])
    compare("gradient norm", np.linalg.norm(loss.gradient()), reference["grad_norm"])
    found = golden.eigenvalues(loss, None)
    expected = [pair["eigenvalue"] for pair in reference["eig"]]
    pairs = [*zip(found["top"], expected[: golden.TOP]), *zip(found["bottom"], expected[golden.TOP :])]
    for i, (pair, value) in enumerate(pairs, start=1):
        compare(f"eigenvalue {i}", pair["value"], value)
    return disagreements


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check-reference", type=Path, metavar="DIR", help="check this script instead")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of PyTorch (default 1)")
    parser.add_argument("--models", type=Path, default=OUTPUT, help="folder of the models (default public/models)")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    if arguments.check_reference:
        disagreements = check_reference(arguments.check_reference)
        print(f"{disagreements} disagreements")
        sys.exit(disagreements > 0)
    folder, batch = arguments.models / NAME, arguments.models / "data" / BATCH_FILE
    record = {
        "about": ABOUT,
        "model": NAME,
        "torch": torch.__version__,
        "weightsSha256": hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest(),
        "batchSha256": hashlib.sha256(batch.read_bytes()).hexdigest(),
        "cases": [],
    }
    for count in COUNTS:
        record["cases"].append(case(mean_loss(folder, batch, count), count))
        print(NAME, count, golden.summary(record["cases"][-1]), flush=True)
        save_json(folder / "golden.json", record)


if __name__ == "__main__":
    main()
