"""State dicts as PyTorch itself writes them, for the tests of the restricted reader, and the check of its recipe.

  python3 tools/state_dicts.py                 writes test/fixtures/stateDicts/*.pt and expected.json
  python3 tools/state_dicts.py --check-recipe  runs the recipe of the refusals on checkpoints that need it

Needs PyTorch and NumPy. The recipe is taken from the pinned messages in test/fixtures/malformed/expected.json.
"""

import argparse
import io
import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "test/fixtures/stateDicts"
MESSAGES = ROOT / "test/fixtures/malformed/expected.json"
PINNED = "global-model.pt"
"""The refusal whose recipe is taken; its file name stands in the recipe."""


class Perceptron(torch.nn.Module):
    """Two layers, 3 -> 4 -> 2."""

    def __init__(self):
        super().__init__()
        self.fc1 = torch.nn.Linear(3, 4)
        self.fc2 = torch.nn.Linear(4, 2)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


def trained():
    """A perceptron after two steps, with the optimiser and schedule that a training script saves beside it."""
    torch.manual_seed(0)
    model = Perceptron()
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimiser, [1, 5])
    for _ in range(2):
        optimiser.zero_grad()
        model(torch.ones(5, 3)).square().mean().backward()
        optimiser.step()
        schedule.step()
    return model, optimiser, schedule


def parallel(state):
    """Names as under DataParallel."""
    return type(state)((f"module.{name}", tensor) for name, tensor in state.items())


def types():
    """A tensor of each element type, with its least and largest values where it has such, a scalar and an empty one."""
    tensors = {
        "float64": torch.tensor([0.1, -1e30], dtype=torch.float64),
        "float32": torch.tensor([0.1, -1e-45]),
        "float16": torch.tensor([0.1, 65504, 6e-8], dtype=torch.float16),
        "bfloat16": torch.tensor([0.1, 3e38], dtype=torch.bfloat16),
        "bool": torch.tensor([True, False, True]),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
    }
    for name in ("uint8", "int8", "int16", "int32", "int64"):
        info = torch.iinfo(getattr(torch, name))
        tensors[name] = torch.tensor([info.min, 7, info.max], dtype=getattr(torch, name))
    return tensors


def views():
    """Tensors that share memory and are laid out in every way."""
    whole = torch.arange(24, dtype=torch.float32)
    images = torch.arange(2 * 3 * 2 * 2, dtype=torch.float32).reshape(2, 3, 2, 2)
    table = whole.reshape(4, 6)
    return {
        "table": table,
        "tied": table,
        "turned": table.t(),
        "tail": whole[20:],
        "column": table[:, 1],
        "steps": table[::2, 1::3],
        "channelsLast": images.to(memory_format=torch.channels_last),
        "half": torch.arange(6, dtype=torch.float16).reshape(2, 3).t(),
        "one": table[1:2, 2:3],
    }


def values(tensor):
    """Shape and elements; integers beyond 2^53 as strings."""
    flat = tensor.double().flatten().tolist() if tensor.is_floating_point() else tensor.long().flatten().tolist()
    if tensor.dtype == torch.float64:
        flat = tensor.float().double().flatten().tolist()
    return {
        "dtype": str(tensor.dtype).removeprefix("torch."),
        "shape": list(tensor.shape),
        "values": [str(v) if abs(v) > 2**53 and isinstance(v, int) else v for v in flat],
    }


def checkpoint():
    model, optimiser, schedule = trained()
    return {
        "epoch": 2,
        "arch": "perceptron",
        "best_acc": np.float64(93.25),
        "best_loss": torch.tensor(0.25),
        "state_dict": parallel(model.state_dict()),
        "optimizer": optimiser.state_dict(),
        "scheduler": schedule.state_dict(),
        "shape": torch.Size([3, 4]),
        "device": torch.device("cpu"),
        "dtype": torch.float32,
    }


def with_arguments():
    """A checkpoint that holds the command line: its class is not on the allow-list."""
    model, _, _ = trained()
    return {"args": argparse.Namespace(lr=0.1), "model": parallel(model.state_dict())}


def write(folder):
    model, _, _ = trained()
    state = model.state_dict()
    objects = {
        "state": (state, state),
        "module": (parallel(state), parallel(state)),
        "wrapped": (checkpoint(), parallel(state)),
        "net": ({"net": parallel(state), "acc": 94.5, "epoch": 7}, parallel(state)),
        "parameters": ({"model": dict(model.named_parameters())}, state),
        "types": (types(), types()),
        "views": (views(), views()),
    }
    folder.mkdir(parents=True, exist_ok=True)
    expected = {}
    for name, (value, tensors) in objects.items():
        for form, new in (("zip", True), ("legacy", False)):
            save(folder, f"{name}-{form}.pt", value, expected, tensors, new)
    for protocol in (3, 4, 5):
        save(folder, f"protocol{protocol}-zip.pt", checkpoint(), expected, parallel(state), True, protocol)
    save(folder, "protocol4-legacy.pt", checkpoint(), expected, parallel(state), False, 4)
    torch.save(with_arguments(), folder / "arguments.pt")
    with tempfile.TemporaryDirectory() as scratch:
        convert(Path(scratch), "arguments", (folder / "arguments.pt").read_bytes())
        (folder / "arguments-weights.pt").write_bytes((Path(scratch) / "arguments-weights.pt").read_bytes())
    expected["arguments-weights.pt"] = {name: values(tensor) for name, tensor in parallel(state).items()}
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


def save(folder, file, value, expected, tensors, new, protocol=2):
    torch.save(value, folder / file, _use_new_zipfile_serialization=new, pickle_protocol=protocol)
    expected[file] = {name: values(tensor.detach()) for name, tensor in tensors.items()}


def recipe(stem):
    """The three lines that a refusal of `<stem>.pt` shows."""
    pinned = PINNED.removesuffix(".pt")
    lines = [line[4:] for line in json.loads(MESSAGES.read_text())[PINNED].split("\n") if line.startswith("    ")]
    if len(lines) != 3:
        raise ValueError(f"{MESSAGES}: {PINNED} has a recipe of {len(lines)} lines")
    return "\n".join(lines).replace(pinned, stem)


def convert(folder, stem, contents):
    """Runs the recipe on a file of these contents and returns what it wrote, read by PyTorch's own restricted reader."""
    (folder / f"{stem}.pt").write_bytes(contents)
    before = os.getcwd()
    os.chdir(folder)
    try:
        exec(recipe(stem), {})
    finally:
        os.chdir(before)
    return torch.load(folder / f"{stem}-weights.pt", weights_only=True)


def check_recipe():
    model, _, _ = trained()
    state = model.state_dict()

    def pickled(value, **how):
        buffer = io.BytesIO()
        torch.save(value, buffer, **how)
        return buffer.getvalue()

    script = io.BytesIO()
    torch.jit.save(torch.jit.script(model), script)
    cases = {
        "checkpoint with its arguments": (pickled(with_arguments()), parallel(state)),
        "the same, legacy": (pickled(with_arguments(), _use_new_zipfile_serialization=False), parallel(state)),
        "whole module": (pickled(model), state),
        "whole module in a checkpoint": (pickled({"model": model, "epoch": 3}), state),
        "TorchScript": (script.getvalue(), state),
        "float64": (pickled({k: v.double() for k, v in state.items()}), state),
    }
    failures = 0
    for name, (contents, expected) in cases.items():
        with tempfile.TemporaryDirectory() as folder:
            found = convert(Path(folder), "net", contents)
        same = list(found) == list(expected) and all(torch.equal(found[k], expected[k]) for k in expected)
        failures += not same
        print(f"{name}: {'the same tensors' if same else 'OTHER TENSORS'}")
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check-recipe", action="store_true", help="run the recipe instead of writing files")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.check_recipe:
        sys.exit(check_recipe() > 0)
    write(FOLDER)


if __name__ == "__main__":
    main()
