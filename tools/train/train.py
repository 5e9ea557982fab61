"""Trains the bundled ResNet-20 variants on synthetic10 and exports them to public/models.

  python3 tools/train/train.py --all                 data, three models, logs and manifests
  python3 tools/train/train.py --model resnet20      one of them
  python3 tools/train/train.py --data                the shared held-out batch only
"""

import argparse
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import synthetic10
import tensorfile
from resnet import ResNet

OUTPUT = Path(__file__).resolve().parents[2] / "public" / "models"
BATCH_FILE, BATCH_SIZE = "synthetic10-heldout-512.npz", 512
EVALUATION_BATCH = 250


@dataclass(frozen=True)
class Recipe:
    title: str
    description: str
    batch_norm: bool
    skip: bool
    seed: int
    peak_learning_rate: float
    epochs: int = 13
    training_images: int = 16000
    held_out_images: int = 2000
    batch_size: int = 64
    optimiser: str = "sgd"  # with momentum; or "adamw", whose weight decay is decoupled
    momentum: float = 0.9  # of AdamW: beta_1
    weight_decay: float = 5e-4
    warm_up: float = 0.15
    clip_gradient_norm: float = 0.0  # 0: not clipped


RECIPES = {
    "resnet20": Recipe(
        "ResNet-20",
        "A residual network of depth 20 with BatchNorm, trained on synthetic10.",
        batch_norm=True,
        skip=True,
        seed=1,
        peak_learning_rate=0.05,
    ),
    "resnet20-nobn": Recipe(
        "ResNet-20 without BatchNorm",
        "The same residual network without any BatchNorm layer, trained on synthetic10.",
        batch_norm=False,
        skip=True,
        seed=2,
        # On plain images SGD is still near chance after 100 steps (loss 2.20), Adam is not (1.87).
        optimiser="adamw",
        peak_learning_rate=0.002,
        weight_decay=0.01,
        epochs=10,
        clip_gradient_norm=1.0,
    ),
    "resnet20-noskip": Recipe(
        "ResNet-20 without shortcuts",
        "The same network with BatchNorm and without shortcuts: a plain stack of 20 layers, trained on synthetic10.",
        batch_norm=True,
        skip=False,
        seed=3,
        peak_learning_rate=0.05,
    ),
}


def save_json(path, value):
    path.write_text(json.dumps(value, indent=1) + "\n")


def export_batch(folder):
    """The first 512 held-out images: `images` uint8 (512, 32, 32, 3), `labels` int64 (512,)."""
    images, labels = synthetic10.make_split("held-out", BATCH_SIZE)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / BATCH_FILE, images=images, labels=labels)


def load_split(split, count):
    images, labels = synthetic10.make_split(split, count)
    return torch.from_numpy(synthetic10.normalise(images)), torch.from_numpy(labels)


def augment(images, generator):
    """Shifts by up to 3 pixels (edges reflected), mirror images and quarter turns: none changes a class."""
    count, _, side, _ = images.shape
    padded = F.pad(images, (3, 3, 3, 3), mode="reflect")
    dx, dy, mirror, turns = torch.randint(0, 1 << 30, (4, count), generator=generator)
    shifted = []
    for i in range(count):
        x, y = int(dx[i] % 7), int(dy[i] % 7)
        tile = padded[i, :, y : y + side, x : x + side]
        if mirror[i] % 2:
            tile = tile.flip(2)
        shifted.append(torch.rot90(tile, int(turns[i] % 4), (1, 2)))
    return torch.stack(shifted)


def learning_rate(recipe, progress):
    """One cycle: a linear rise to the peak during the warm-up, then a half cosine to zero; progress in [0, 1]."""
    if progress < recipe.warm_up:
        return recipe.peak_learning_rate * progress / recipe.warm_up
    falling = (progress - recipe.warm_up) / (1 - recipe.warm_up)
    return recipe.peak_learning_rate * (1 + np.cos(np.pi * falling)) / 2


@torch.no_grad()
def evaluate(model, images, labels):
    """Mean cross-entropy and accuracy with BatchNorm in eval mode."""
    model.eval()
    loss = correct = 0
    for x, y in zip(images.split(EVALUATION_BATCH), labels.split(EVALUATION_BATCH)):
        logits = model(x.contiguous(memory_format=torch.channels_last))
        loss += F.cross_entropy(logits, y, reduction="sum").item()
        correct += (logits.argmax(1) == y).sum().item()
    return loss / len(labels), correct / len(labels)


def make_optimiser(recipe, parameters):
    """The optimiser of a recipe; its learning rate is set before each step."""
    decay = recipe.weight_decay
    if recipe.optimiser == "adamw":
        return torch.optim.AdamW(parameters, lr=0, betas=(recipe.momentum, 0.999), weight_decay=decay)
    return torch.optim.SGD(parameters, lr=0, momentum=recipe.momentum, weight_decay=decay)


def train(recipe, report):
    """Trains one model and returns (model, records): one record for each epoch."""
    torch.manual_seed(recipe.seed)
    model = ResNet(20, recipe.batch_norm, recipe.skip).to(memory_format=torch.channels_last)
    images, labels = load_split("train", recipe.training_images)
    held_out = load_split("held-out", recipe.held_out_images)
    generator = torch.Generator().manual_seed(recipe.seed)
    optimiser = make_optimiser(recipe, model.parameters())
    steps_per_epoch = len(labels) // recipe.batch_size
    steps, step, records, begin = recipe.epochs * steps_per_epoch, 0, [], time.perf_counter()
    for epoch in range(1, recipe.epochs + 1):
        model.train()
        loss_sum = correct = 0
        order = torch.randperm(len(labels), generator=generator)[: steps_per_epoch * recipe.batch_size]
        for chosen in order.split(recipe.batch_size):
            step += 1
            rate = learning_rate(recipe, step / steps)
            optimiser.param_groups[0]["lr"] = rate
            x = augment(images[chosen], generator).contiguous(memory_format=torch.channels_last)
            logits = model(x)
            loss = F.cross_entropy(logits, labels[chosen])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            if recipe.clip_gradient_norm:
                torch.nn.utils.clip_grad_norm_(model.parameters(), recipe.clip_gradient_norm)
            optimiser.step()
            loss_sum += loss.item() * len(chosen)
            correct += (logits.argmax(1) == labels[chosen]).sum().item()
        held_out_loss, held_out_accuracy = evaluate(model, *held_out)
        records.append(
            {
                "epoch": epoch,
                "learningRate": float(f"{rate:.4g}"),
                "trainLoss": round(loss_sum / len(order), 6),
                "trainAccuracy": round(correct / len(order), 6),
                "heldOutLoss": round(held_out_loss, 6),
                "heldOutAccuracy": held_out_accuracy,
                "seconds": round(time.perf_counter() - begin, 1),
            }
        )
        report(records[-1])
    return model, records


def retrain_command(name):
    return f"python3 tools/train/train.py --model {name} --threads {torch.get_num_threads()}"


def manifest(name, recipe, parameter_count, final):
    return {
        "id": name,
        "title": recipe.title,
        "description": recipe.description,
        "licence": "MIT",
        "family": "resnet-cifar",
        "depth": 20,
        "batchNorm": recipe.batch_norm,
        "skip": recipe.skip,
        "parameterCount": parameter_count,
        "files": {
            "weights": "model.safetensors",
            "batch": f"../data/{BATCH_FILE}",
            "golden": "golden.json",
            "trainingLog": "training-log.json",
        },
        "storedRun": "run.json",
        "mean": synthetic10.MEAN,
        "std": synthetic10.STD,
        "classes": synthetic10.CLASSES,
        "data": {
            "name": "synthetic10",
            "split": "held-out",
            "seed": synthetic10.SEED,
            "first": 0,
            "count": BATCH_SIZE,
        },
        "heldOut": {
            "samples": recipe.held_out_images,
            "accuracy": final["heldOutAccuracy"],
            "loss": final["heldOutLoss"],
        },
        "retrain": retrain_command(name),
    }


def export_model(folder, name, recipe, model, records):
    """Writes model.safetensors, training-log.json and manifest.json."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        key: value.contiguous().numpy()
        for key, value in model.state_dict().items()
        if not key.endswith("num_batches_tracked")
    }
    tensorfile.write(folder / "model.safetensors", tensors, {"model": name, "licence": "MIT"})
    log = {
        "about": "Losses are mean cross-entropies without weight decay. trainLoss and trainAccuracy are running means "
        "over the augmented batches of the epoch, in training mode; held-out values are taken after it, in eval mode.",
        "command": retrain_command(name),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "threads": torch.get_num_threads(),
        "data": {"name": "synthetic10", "seed": synthetic10.SEED},
        "recipe": asdict(recipe),
        "epochs": records,
    }
    save_json(folder / "training-log.json", log)
    count = sum(p.numel() for p in model.parameters())
    save_json(folder / "manifest.json", manifest(name, recipe, count, records[-1]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="the batch and every model")
    parser.add_argument("--model", choices=RECIPES, action="append", default=[], help="one model; may be repeated")
    parser.add_argument("--data", action="store_true", help="the shared held-out batch")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads of PyTorch (default 2)")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="folder of the models (default public/models)")
    arguments = parser.parse_args()
    if not (arguments.all or arguments.model or arguments.data):
        parser.error("nothing to do: give --all, --model or --data")
    torch.set_num_threads(arguments.threads)
    torch.use_deterministic_algorithms(True)
    if arguments.all or arguments.data:
        export_batch(arguments.output / "data")
    for name in RECIPES if arguments.all else arguments.model:
        recipe = RECIPES[name]
        model, records = train(recipe, lambda record: print(name, json.dumps(record), flush=True))
        export_model(arguments.output / name, name, recipe, model, records)


if __name__ == "__main__":
    main()
