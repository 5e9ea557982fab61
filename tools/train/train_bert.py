"""Trains the bundled BERT on opinions2 and exports it to public/models.

  python3 tools/train/train_bert.py           data, vocabulary, model, log and manifest
  python3 tools/train/train_bert.py --data    the held-out batch only
"""

import argparse
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import opinions2
import tensorfile
import wordpiece
from bert import BertForSequenceClassification, Config, config_json
from train import OUTPUT, learning_rate, make_optimiser, save_json

NAME = "bert-opinions"
BATCH_FILE, BATCH_SIZE = "opinions2-heldout-512.npz", 512
SENTENCE_FILE = "opinions2-heldout-512.tsv"
EVALUATION_BATCH = 250


@dataclass(frozen=True)
class Recipe:
    title: str
    description: str
    seed: int
    peak_learning_rate: float
    # Short sentences first: on those of one clause a network finds the words and their negation within an epoch, which
    # it does not in many on all of them. The most tokens of a sentence, for each epoch.
    tokens: tuple
    vocabulary: int = 768
    training_sentences: int = 32000
    held_out_sentences: int = 2000
    batch_size: int = 32
    optimiser: str = "adamw"
    momentum: float = 0.9  # beta_1
    weight_decay: float = 0.01
    warm_up: float = 0.1
    clip_gradient_norm: float = 1.0


RECIPE = Recipe(
    "BERT, 2 layers",
    "A small BERT that tells praise from blame, trained on opinions2.",
    seed=4,
    peak_learning_rate=5e-4,
    tokens=(10, 10, 10, 14, 18, 64, 64),
)


def export_batch(folder, tokenizer):
    """The first 512 held-out sentences, as a TSV with the columns sentence and label, and as token numbers int64."""
    sentences, labels = opinions2.make_split("held-out", BATCH_SIZE)
    ids, mask, types = tokenizer.batch(sentences).transpose(1, 0, 2)
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types, "labels": labels}
    np.savez_compressed(folder / BATCH_FILE, **arrays)
    rows = [f"{text}\t{label}\n" for text, label in zip(sentences, labels)]
    (folder / SENTENCE_FILE).write_text("sentence\tlabel\n" + "".join(rows))


def shortened(tokens):
    """Without the padding that no sentence of the batch needs; tokens int64 (N, 3, S)."""
    return tokens[:, :, : int(tokens[:, 1].sum(1).max())]


@torch.no_grad()
def evaluate(model, tokens, labels):
    """Mean cross-entropy and accuracy without dropout."""
    model.eval()
    loss = correct = 0
    for x, y in zip(tokens.split(EVALUATION_BATCH), labels.split(EVALUATION_BATCH)):
        logits = model(shortened(x))
        loss += F.cross_entropy(logits, y, reduction="sum").item()
        correct += (logits.argmax(1) == y).sum().item()
    return loss / len(labels), correct / len(labels)


def train(recipe, data, report):
    """Trains the model and returns (model, records): one record for each epoch. `data`: (tokens, labels) by split."""
    torch.manual_seed(recipe.seed)
    model = BertForSequenceClassification(Config(recipe.vocabulary), len(opinions2.CLASSES))
    tokens, labels = data["train"]
    generator = torch.Generator().manual_seed(recipe.seed)
    optimiser = make_optimiser(recipe, model.parameters())
    lengths = tokens[:, 1].sum(1)
    batches = [int((lengths <= most).sum()) // recipe.batch_size for most in recipe.tokens]
    steps, step, records, begin = sum(batches), 0, [], time.perf_counter()
    for epoch, most in enumerate(recipe.tokens, start=1):
        model.train()
        loss_sum = correct = 0
        (short,) = torch.nonzero(lengths <= most, as_tuple=True)
        order = short[torch.randperm(len(short), generator=generator)][: batches[epoch - 1] * recipe.batch_size]
        for chosen in order.split(recipe.batch_size):
            step += 1
            rate = learning_rate(recipe, step / steps)
            optimiser.param_groups[0]["lr"] = rate
            logits = model(shortened(tokens[chosen]))
            loss = F.cross_entropy(logits, labels[chosen])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), recipe.clip_gradient_norm)
            optimiser.step()
            loss_sum += loss.item() * len(chosen)
            correct += (logits.argmax(1) == labels[chosen]).sum().item()
        held_out_loss, held_out_accuracy = evaluate(model, *data["held-out"])
        records.append(
            {
                "epoch": epoch,
                "sentences": len(order),
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


def bag_accuracy(sentences, length, penalty=1e-4, steps=60):
    """Held-out accuracy of a logistic regression on counts of runs of `length` words: what their order adds is lost.

    `sentences`: (texts, labels) by split. Newton-like minimisation (L-BFGS) of the mean cross-entropy plus
    penalty/2 |w|^2.
    """

    def runs(text):
        found = wordpiece.words(text)
        return Counter(" ".join(found[i : i + length]) for i in range(len(found) - length + 1))

    bags = {split: [runs(text) for text in texts] for split, (texts, _) in sentences.items()}
    known = {run: i for i, run in enumerate(sorted(set().union(*bags["train"])))}

    def matrix(split):
        entries = [
            (row, known[run], count)
            for row, bag in enumerate(bags[split])
            for run, count in bag.items()
            if run in known
        ]
        rows, columns, counts = zip(*entries)
        shape = (len(bags[split]), len(known))
        return torch.sparse_coo_tensor((rows, columns), counts, shape, dtype=torch.float64).coalesce()

    x, held_out = matrix("train"), matrix("held-out")
    y = torch.from_numpy(sentences["train"][1]).double()
    w = torch.zeros(len(known), 1, dtype=torch.float64, requires_grad=True)
    b = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([w, b], max_iter=steps, line_search_fn="strong_wolfe")

    def closure():
        optimiser.zero_grad()
        logits = (torch.sparse.mm(x, w) + b)[:, 0]
        loss = F.binary_cross_entropy_with_logits(logits, y) + penalty / 2 * (w * w).sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    with torch.no_grad():
        guess = ((torch.sparse.mm(held_out, w) + b)[:, 0] > 0).long()
    return (guess == torch.from_numpy(sentences["held-out"][1])).double().mean().item()


def retrain_command():
    return f"python3 tools/train/train_bert.py --threads {torch.get_num_threads()}"


def manifest(recipe, parameter_count, final):
    return {
        "id": NAME,
        "title": recipe.title,
        "description": recipe.description,
        "licence": "MIT",
        "family": "bert",
        "parameterCount": parameter_count,
        "files": {
            "weights": "model.safetensors",
            "config": "config.json",
            "tokenizer": "tokenizer.json",
            "batch": f"../data/{BATCH_FILE}",
            "sentences": f"../data/{SENTENCE_FILE}",
            "golden": "golden.json",
            "trainingLog": "training-log.json",
        },
        "storedRun": "run.json",
        "classes": opinions2.CLASSES,
        "data": {
            "name": "opinions2",
            "split": "held-out",
            "seed": opinions2.SEED,
            "first": 0,
            "count": BATCH_SIZE,
        },
        "heldOut": {
            "samples": recipe.held_out_sentences,
            "accuracy": final["heldOutAccuracy"],
            "loss": final["heldOutLoss"],
        },
        "retrain": retrain_command(),
    }


def export_model(folder, recipe, vocabulary, model, records, bags):
    """Writes model.safetensors, config.json, tokenizer.json, training-log.json and manifest.json."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {key: value.contiguous().numpy() for key, value in model.state_dict().items()}
    tensorfile.write(folder / "model.safetensors", tensors, {"model": NAME, "licence": "MIT"})
    save_json(folder / "config.json", config_json(Config(recipe.vocabulary), opinions2.CLASSES))
    save_json(folder / "tokenizer.json", wordpiece.tokenizer_json(vocabulary))
    log = {
        "about": "Losses are mean cross-entropies without weight decay. trainLoss and trainAccuracy are running means "
        "over the epoch, with dropout; held-out values are taken after it, without. bagOfWords and bagOfPairs are the "
        "held-out accuracies of logistic regressions on counts of words and of neighbouring words.",
        "command": retrain_command(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "threads": torch.get_num_threads(),
        "data": {"name": "opinions2", "seed": opinions2.SEED},
        "recipe": asdict(recipe),
        **bags,
        "epochs": records,
    }
    save_json(folder / "training-log.json", log)
    count = sum(p.numel() for p in model.parameters())
    save_json(folder / "manifest.json", manifest(recipe, count, records[-1]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", action="store_true", help="the held-out batch only")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of PyTorch (default 1)")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="folder of the models (default public/models)")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.use_deterministic_algorithms(True)
    counts = {"train": RECIPE.training_sentences, "held-out": RECIPE.held_out_sentences}
    sentences = {split: opinions2.make_split(split, count) for split, count in counts.items()}
    vocabulary = wordpiece.learn(sentences["train"][0], RECIPE.vocabulary)
    tokenizer = wordpiece.Tokenizer(vocabulary)
    export_batch(arguments.output / "data", tokenizer)
    if arguments.data:
        return
    data = {
        split: (torch.from_numpy(tokenizer.batch(texts)), torch.from_numpy(labels))
        for split, (texts, labels) in sentences.items()
    }
    model, records = train(RECIPE, data, lambda record: print(NAME, record, flush=True))
    bags = {name: bag_accuracy(sentences, length) for name, length in (("bagOfWords", 1), ("bagOfPairs", 2))}
    print(NAME, bags, flush=True)
    export_model(arguments.output / NAME, RECIPE, vocabulary, model, records, bags)


if __name__ == "__main__":
    main()
