"""Golden values of small BERTs, DistilBERTs and RoBERTas in float64, written to test/fixtures/transformers/golden.json.

  python3 tools/golden_transformers.py

The modules are written by hand after the papers and after the names of Hugging Face's library: its classes
...ForSequenceClassification and ...ForMaskedLM without dropout. Weights come from a generator of integers
(mulberry32), so that a test can make the same ones without a file.
"""

import json
import math
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

OUTPUT = Path(__file__).resolve().parent.parent / "test/fixtures/transformers/golden.json"
LAYERS, HIDDEN, HEADS, INNER, VOCABULARY, POSITIONS, CLASSES = 2, 8, 2, 12, 41, 10, 3
STRIDE = 16

ABOUT = {
    "parameters": "names and shapes in the order of named_parameters(); a tied matrix stands once",
    "weights": "float32 values in this order, row-major, each from one number u of mulberry32 (0 <= u < 1): LayerNorm "
    "weights 0.5 + u, otherwise s (2 u - 1) with s = 0.5 for embeddings and vectors, sqrt(3 / columns) for matrices",
    "loss": "mean cross-entropy over sentences, or over the tokens whose label is not -100; no dropout",
    "v": "v_i = cos(0.11 i) / sqrt(n) over the flat vector, float64",
    "sums": f"sums[b] = sum of x_i over i = b mod {STRIDE}, for the gradient and for H v",
}


def mulberry32(seed):
    state, mask = seed, 0xFFFFFFFF
    while True:
        state = (state + 0x6D2B79F5) & mask
        t = ((state ^ (state >> 15)) * (state | 1)) & mask
        t = ((t + (((t ^ (t >> 7)) * (t | 61)) & mask)) & mask) ^ t
        yield ((t ^ (t >> 14)) & mask) / 2**32


def initialise(model, seed):
    random = mulberry32(seed)
    for name, parameter in model.named_parameters():
        vector = parameter.dim() == 1
        scale = 0.5 if vector or "embeddings" in name else math.sqrt(3 / parameter.shape[1])
        is_scale = vector and name.endswith("weight")
        numbers = [next(random) for _ in range(parameter.numel())]
        values = [0.5 + u if is_scale else scale * (2 * u - 1) for u in numbers]
        parameter.data = torch.tensor(np.float32(values).astype(np.float64)).view_as(parameter)


def part(**modules):
    module = nn.Module()
    for name, child in modules.items():
        setattr(module, name, child)
    return module


def dense(outputs, inputs, bias=True):
    return nn.Linear(inputs, outputs, bias=bias)


def attend(query, key, value, mask):
    """Heads of HIDDEN / HEADS columns; tokens whose mask is 0 get no weight."""

    def split(x):
        return x.view(*x.shape[:2], HEADS, HIDDEN // HEADS).transpose(1, 2)

    scores = split(query) @ split(key).transpose(2, 3) / math.sqrt(HIDDEN // HEADS)
    scores = scores.masked_fill(mask[:, None, None, :] == 0, torch.finfo(scores.dtype).min)
    return (torch.softmax(scores, -1) @ split(value)).transpose(1, 2).reshape(query.shape)


class Original(nn.Module):
    """The encoder of BERT and RoBERTa; RoBERTa numbers the k-th token that is not `padding` padding + k."""

    def __init__(self, eps, types, padding=None, pooler=False):
        super().__init__()
        positions = POSITIONS if padding is None else POSITIONS + padding + 1
        self.padding = padding
        self.embeddings = part(
            word_embeddings=nn.Embedding(VOCABULARY, HIDDEN, padding_idx=padding),
            position_embeddings=nn.Embedding(positions, HIDDEN, padding_idx=padding),
            token_type_embeddings=nn.Embedding(types, HIDDEN),
            LayerNorm=nn.LayerNorm(HIDDEN, eps),
        )
        layers = [
            part(
                attention=part(
                    self=part(
                        query=dense(HIDDEN, HIDDEN), key=dense(HIDDEN, HIDDEN), value=dense(HIDDEN, HIDDEN)
                    ),
                    output=part(dense=dense(HIDDEN, HIDDEN), LayerNorm=nn.LayerNorm(HIDDEN, eps)),
                ),
                intermediate=part(dense=dense(INNER, HIDDEN)),
                output=part(dense=dense(HIDDEN, INNER), LayerNorm=nn.LayerNorm(HIDDEN, eps)),
            )
            for _ in range(LAYERS)
        ]
        self.encoder = part(layer=nn.ModuleList(layers))
        if pooler:
            self.pooler = part(dense=dense(HIDDEN, HIDDEN))

    def forward(self, ids, mask, types):
        if self.padding is None:
            positions = torch.arange(ids.shape[1]).expand_as(ids)
        else:
            counted = (ids != self.padding).long()
            positions = torch.cumsum(counted, 1) * counted + self.padding
        e = self.embeddings
        x = e.LayerNorm(e.word_embeddings(ids) + e.position_embeddings(positions) + e.token_type_embeddings(types))
        for layer in self.encoder.layer:
            own, out = getattr(layer.attention, "self"), layer.attention.output
            mixed = attend(own.query(x), own.key(x), own.value(x), mask)
            x = out.LayerNorm(out.dense(mixed) + x)
            x = layer.output.LayerNorm(layer.output.dense(F.gelu(layer.intermediate.dense(x))) + x)
        return x


class Distilled(nn.Module):
    """The encoder of DistilBERT."""

    def __init__(self):
        super().__init__()
        self.embeddings = part(
            word_embeddings=nn.Embedding(VOCABULARY, HIDDEN),
            position_embeddings=nn.Embedding(POSITIONS, HIDDEN),
            LayerNorm=nn.LayerNorm(HIDDEN, 1e-12),
        )
        layers = [
            part(
                attention=part(
                    q_lin=dense(HIDDEN, HIDDEN),
                    k_lin=dense(HIDDEN, HIDDEN),
                    v_lin=dense(HIDDEN, HIDDEN),
                    out_lin=dense(HIDDEN, HIDDEN),
                ),
                sa_layer_norm=nn.LayerNorm(HIDDEN, 1e-12),
                ffn=part(lin1=dense(INNER, HIDDEN), lin2=dense(HIDDEN, INNER)),
                output_layer_norm=nn.LayerNorm(HIDDEN, 1e-12),
            )
            for _ in range(LAYERS)
        ]
        self.transformer = part(layer=nn.ModuleList(layers))

    def forward(self, ids, mask, _types):
        e = self.embeddings
        x = e.LayerNorm(e.word_embeddings(ids) + e.position_embeddings(torch.arange(ids.shape[1]).expand_as(ids)))
        for layer in self.transformer.layer:
            own = layer.attention
            mixed = own.out_lin(attend(own.q_lin(x), own.k_lin(x), own.v_lin(x), mask))
            x = layer.sa_layer_norm(mixed + x)
            x = layer.output_layer_norm(layer.ffn.lin2(F.gelu(layer.ffn.lin1(x))) + x)
        return x


class BertClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.bert = Original(1e-12, 2, pooler=True)
        self.classifier = dense(CLASSES, HIDDEN)

    def forward(self, *tokens):
        return self.classifier(torch.tanh(self.bert.pooler.dense(self.bert(*tokens)[:, 0])))


class DistilbertClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.distilbert = Distilled()
        self.pre_classifier = dense(HIDDEN, HIDDEN)
        self.classifier = dense(CLASSES, HIDDEN)

    def forward(self, *tokens):
        return self.classifier(torch.relu(self.pre_classifier(self.distilbert(*tokens)[:, 0])))


class RobertaClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.roberta = Original(1e-5, 1, padding=1)
        self.classifier = part(dense=dense(HIDDEN, HIDDEN), out_proj=dense(CLASSES, HIDDEN))

    def forward(self, *tokens):
        first = self.roberta(*tokens)[:, 0]
        return self.classifier.out_proj(torch.tanh(self.classifier.dense(first)))


class BertMasked(nn.Module):
    def __init__(self, tied):
        super().__init__()
        self.bert = Original(1e-12, 2)
        transform = part(dense=dense(HIDDEN, HIDDEN), LayerNorm=nn.LayerNorm(HIDDEN, 1e-12))
        predictions = part(transform=transform, decoder=dense(VOCABULARY, HIDDEN))
        predictions.bias = predictions.decoder.bias
        self.cls = part(predictions=predictions)
        if tied:
            predictions.decoder.weight = self.bert.embeddings.word_embeddings.weight

    def forward(self, *tokens):
        head = self.cls.predictions
        return head.decoder(head.transform.LayerNorm(F.gelu(head.transform.dense(self.bert(*tokens)))))


class DistilbertMasked(nn.Module):
    def __init__(self, tied):
        super().__init__()
        self.distilbert = Distilled()
        self.vocab_transform = dense(HIDDEN, HIDDEN)
        self.vocab_layer_norm = nn.LayerNorm(HIDDEN, 1e-12)
        self.vocab_projector = dense(VOCABULARY, HIDDEN)
        if tied:
            self.vocab_projector.weight = self.distilbert.embeddings.word_embeddings.weight

    def forward(self, *tokens):
        return self.vocab_projector(self.vocab_layer_norm(F.gelu(self.vocab_transform(self.distilbert(*tokens)))))


class RobertaMasked(nn.Module):
    def __init__(self, tied):
        super().__init__()
        self.roberta = Original(1e-5, 1, padding=1)
        head = part(
            dense=dense(HIDDEN, HIDDEN), layer_norm=nn.LayerNorm(HIDDEN, 1e-5), decoder=dense(VOCABULARY, HIDDEN)
        )
        head.bias = head.decoder.bias
        self.lm_head = head
        if tied:
            head.decoder.weight = self.roberta.embeddings.word_embeddings.weight

    def forward(self, *tokens):
        head = self.lm_head
        return head.decoder(head.layer_norm(F.gelu(head.dense(self.roberta(*tokens)))))


def batch(padding, types, masked):
    """Four sentences of 7, 4, 5 and 1 tokens; without the `padding` token inside. Means are over powers of two."""
    lengths = [7, 4, 5, 1]
    ids = [[2 + (11 * s + 17 * n) % (VOCABULARY - 3) for s in range(7)] for n in range(4)]
    mask = [[int(s < length) for s in range(7)] for length in lengths]
    ids = [[i if m else padding for i, m in zip(*row)] for row in zip(ids, mask)]
    arrays = {"input_ids": ids, "attention_mask": mask}
    if types > 1:
        arrays["token_type_ids"] = [[int(2 <= s < length) for s in range(7)] for length in lengths]
    if masked:
        chosen = [(0, 1), (0, 4), (0, 5), (0, 6), (1, 0), (2, 1), (2, 3), (3, 0)]
        arrays["labels"] = [
            [(5 * n + 3 * s + 2) % VOCABULARY if (n, s) in chosen else -100 for s in range(7)] for n in range(4)
        ]
    else:
        arrays["labels"] = [1, 0, 2, 1]
    return arrays


def sums(x):
    return np.bincount(np.arange(len(x)) % STRIDE, x).tolist()


def case(name, model, padding, types, masked, seed):
    model.double()
    initialise(model, seed)
    arrays = batch(padding, types, masked)
    ids, mask, labels = (torch.tensor(arrays[key]) for key in ("input_ids", "attention_mask", "labels"))
    kinds = torch.tensor(arrays["token_type_ids"]) if types > 1 else torch.zeros_like(ids)
    logits = model(ids, mask, kinds)
    if masked:
        logits, labels = logits[labels != -100], labels[labels != -100]
    loss = F.cross_entropy(logits, labels)
    names, parameters = zip(*model.named_parameters())
    n = sum(p.numel() for p in parameters)
    v = np.cos(0.11 * np.arange(n)) / np.sqrt(n)
    gradients = torch.autograd.grad(loss, parameters, create_graph=True)
    tangents = [
        torch.from_numpy(values).view_as(p)
        for values, p in zip(np.split(v, np.cumsum([p.numel() for p in parameters])[:-1]), parameters)
    ]
    product = torch.autograd.grad(gradients, parameters, tangents)
    flat = [torch.cat([t.detach().reshape(-1) for t in parts]).numpy() for parts in (gradients, product)]
    return {
        "name": name,
        "seed": seed,
        "parameters": [[name, list(p.shape)] for name, p in zip(names, parameters)],
        "batch": arrays,
        "loss": loss.item(),
        "accuracy": (logits.argmax(1) == labels).double().mean().item(),
        "gradient": {"norm": np.linalg.norm(flat[0]), "sums": sums(flat[0])},
        "hv": {"norm": np.linalg.norm(flat[1]), "sums": sums(flat[1])},
    }


def main():
    torch.set_num_threads(1)
    cases = [
        case("bert classifier", BertClassifier(), 0, 2, False, 1),
        case("distilbert classifier", DistilbertClassifier(), 0, 0, False, 2),
        case("roberta classifier", RobertaClassifier(), 1, 1, False, 3),
    ]
    for seed, tied in ((4, True), (7, False)):
        word = "tied" if tied else "untied"
        cases += [
            case(f"bert masked {word}", BertMasked(tied), 0, 2, True, seed),
            case(f"distilbert masked {word}", DistilbertMasked(tied), 0, 0, True, seed + 1),
            case(f"roberta masked {word}", RobertaMasked(tied), 1, 1, True, seed + 2),
        ]
    record = {"about": ABOUT, "torch": torch.__version__, "heads": HEADS, "cases": cases}
    lines = json.dumps({**record, "cases": []})[:-2] + ",\n".join("\n" + json.dumps(c) for c in cases) + "\n]}\n"
    OUTPUT.write_text(lines)
    for c in cases:
        print(c["name"], sum(math.prod(s) for _, s in c["parameters"]), c["loss"], c["gradient"]["norm"], c["hv"]["norm"])


if __name__ == "__main__":
    main()
