"""Networks whose exports the ONNX reader is tested with: those of torchvision, and a ViT and a BERT written out.

All weights are random, from a seed. `narrow` divides the numbers of channels, so that a small file has every operator of
the large one in the same places.
"""
import math

import torch
from torch import nn
from torchvision.models import mobilenet_v2, resnet18, resnet50, squeezenet1_1


def narrow(net, factor):
    """Divides channels and features by `factor`, but not those of the picture and of the classes."""
    last = [m for m in net.modules() if isinstance(m, (nn.Conv2d, nn.Linear))][-1]
    cut = lambda n: n if n == 3 else max(1, n // factor)
    for parent in list(net.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.Conv2d):
                outputs = child.out_channels if child is last else cut(child.out_channels)
                groups = 1 if child.groups == 1 else cut(child.in_channels)
                new = nn.Conv2d(cut(child.in_channels), outputs, child.kernel_size, child.stride, child.padding,
                                child.dilation, groups, child.bias is not None)
            elif isinstance(child, nn.BatchNorm2d):
                new = nn.BatchNorm2d(cut(child.num_features), child.eps)
            elif isinstance(child, nn.Linear):
                new = nn.Linear(cut(child.in_features), child.out_features if child is last else cut(child.out_features))
            else:
                continue
            setattr(parent, name, new)
    return net


class Attention(nn.Module):
    """Multi-head attention with one matrix for query, key and value, as timm's ViT has it."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        n, s, width = x.shape
        q, k, v = self.qkv(x).reshape(n, s, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        weights = ((q * (width // self.heads) ** -0.5) @ k.transpose(-2, -1)).softmax(dim=-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(n, s, width))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
        self.attn = Attention(width, heads)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class ViT(nn.Module):
    """Patches, a class token, positions, blocks with the norm first (Dosovitskiy et al. 2021)."""

    def __init__(self, size, patch, width, depth, heads, classes):
        super().__init__()
        self.patch_embed = nn.Conv2d(3, width, patch, patch)
        self.cls_token = nn.Parameter(torch.randn(1, 1, width) * 0.02)
        self.pos_embed = nn.Parameter(torch.randn(1, (size // patch) ** 2 + 1, width) * 0.02)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.head = nn.Linear(width, classes)

    def forward(self, images):
        x = self.patch_embed(images).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], dim=1) + self.pos_embed
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)[:, 0])


class BertLayer(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.intermediate, self.output = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.norm1, self.norm2 = nn.LayerNorm(width, eps=1e-12), nn.LayerNorm(width, eps=1e-12)

    def split(self, x):
        return x.view(x.shape[0], x.shape[1], self.heads, -1).permute(0, 2, 1, 3)

    def forward(self, x, hidden):
        q, k, v = (self.split(part(x)) for part in (self.query, self.key, self.value))
        scores = (q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])).masked_fill(hidden, torch.finfo(x.dtype).min)
        mixed = (scores.softmax(-1) @ v).permute(0, 2, 1, 3).reshape(x.shape)
        x = self.norm1(x + self.out(mixed))
        return self.norm2(x + self.output(nn.functional.gelu(self.intermediate(x))))


class Bert(nn.Module):
    """Positions counted over the tokens that are not padding; the mask hides by the smallest number of the type."""

    def __init__(self, words, positions, width, depth, heads, classes):
        super().__init__()
        self.words = nn.Embedding(words, width, padding_idx=1)
        self.positions = nn.Embedding(positions, width, padding_idx=1)
        self.types = nn.Embedding(2, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.layers = nn.ModuleList(BertLayer(width, heads) for _ in range(depth))
        self.pooler = nn.Linear(width, width)
        self.classifier = nn.Linear(width, classes)

    def forward(self, input_ids, attention_mask, token_type_ids):
        there = input_ids.ne(1).long()
        places = torch.cumsum(there, dim=1) * there + 1
        x = self.norm(self.words(input_ids) + self.positions(places) + self.types(token_type_ids))
        hidden = attention_mask[:, None, None, :] == 0
        for layer in self.layers:
            x = layer(x, hidden)
        return self.classifier(torch.tanh(self.pooler(x[:, 0])))


# name: (small network, large network, pixels or tokens of each, opset)
NETWORKS = {
    "resnet18": (lambda: narrow(resnet18(num_classes=5), 32), lambda: resnet18(), (32, 64), 11),
    "resnet50": (lambda: narrow(resnet50(num_classes=5), 36), lambda: resnet50(), (32, 64), 13),
    "mobilenet_v2": (lambda: narrow(mobilenet_v2(num_classes=5), 16), lambda: mobilenet_v2(), (32, 64), 12),
    "squeezenet": (lambda: narrow(squeezenet1_1(num_classes=5), 8), lambda: squeezenet1_1(), (32, 64), 14),
    "vit": (lambda: ViT(16, 4, 24, 2, 3, 5), lambda: ViT(64, 16, 192, 12, 3, 1000), (16, 64), 17),
    "vit_opset11": (lambda: ViT(16, 4, 24, 2, 3, 5), lambda: ViT(64, 16, 192, 12, 3, 1000), (16, 64), 11),
    "bert": (lambda: Bert(40, 12, 16, 2, 2, 3), lambda: Bert(30522, 130, 128, 2, 2, 3), (7, 24), 16),
    "bert_opset11": (lambda: Bert(40, 12, 16, 2, 2, 3), lambda: Bert(30522, 130, 128, 2, 2, 3), (7, 24), 11),
}
