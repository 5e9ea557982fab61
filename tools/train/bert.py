"""BERT with a classifier on the pooled first token (Devlin et al. 2018), with the tensor names of Hugging Face's
BertForSequenceClassification, so that its `state_dict` is such a checkpoint."""

import math
from dataclasses import asdict, dataclass

import torch
from torch import nn
from torch.nn import functional as F


@dataclass(frozen=True)
class Config:
    """The fields of config.json that decide the network."""

    vocab_size: int
    hidden_size: int = 128
    num_hidden_layers: int = 2
    num_attention_heads: int = 2
    intermediate_size: int = 512
    hidden_act: str = "gelu"
    hidden_dropout_prob: float = 0.1
    attention_probs_dropout_prob: float = 0.1
    max_position_embeddings: int = 64
    type_vocab_size: int = 2
    initializer_range: float = 0.02
    layer_norm_eps: float = 1e-12
    pad_token_id: int = 0


def config_json(config, classes):
    labels = {str(number): name for number, name in enumerate(classes)}
    return {
        "architectures": ["BertForSequenceClassification"],
        "model_type": "bert",
        **asdict(config),
        "position_embedding_type": "absolute",
        "id2label": labels,
        "label2id": {name: int(number) for number, name in labels.items()},
        "torch_dtype": "float32",
    }


class Dense(nn.Linear):
    """A linear layer whose float32 products go through a 1x1 convolution.

    Debian builds PyTorch with the reference BLAS, but with oneDNN's convolutions: 32 instead of 2.7 GFLOP/s on one
    core. The result differs by rounding.
    """

    def forward(self, x):
        if x.dtype != torch.float32:
            return super().forward(x)
        pixels = x.reshape(-1, self.in_features, 1, 1)
        y = F.conv2d(pixels, self.weight[:, :, None, None], self.bias)
        return y.view(*x.shape[:-1], self.out_features)


class Embeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.word_embeddings = nn.Embedding(config.vocab_size, config.hidden_size)
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, config.hidden_size)
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, ids, types):
        places = torch.arange(ids.shape[1])
        x = self.word_embeddings(ids) + self.token_type_embeddings(types) + self.position_embeddings(places)
        return self.dropout(self.LayerNorm(x))


class SelfAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.heads = config.num_attention_heads
        self.query, self.key, self.value = (Dense(config.hidden_size, config.hidden_size) for _ in range(3))
        self.dropout = nn.Dropout(config.attention_probs_dropout_prob)

    def forward(self, x, penalty):
        def split(y):
            return y.view(*y.shape[:2], self.heads, -1).transpose(1, 2)

        query, key, value = split(self.query(x)), split(self.key(x)), split(self.value(x))
        scores = query @ key.transpose(2, 3) / math.sqrt(query.shape[3]) + penalty
        mixed = self.dropout(torch.softmax(scores, 3)) @ value
        return mixed.transpose(1, 2).reshape(x.shape)


class Output(nn.Module):
    """LayerNorm(dense(x) + residual)"""

    def __init__(self, inputs, config):
        super().__init__()
        self.dense = Dense(inputs, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, x, residual):
        return self.LayerNorm(self.dropout(self.dense(x)) + residual)


class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self = SelfAttention(config)
        self.output = Output(config.hidden_size, config)

    def forward(self, x, penalty):
        return self.output(self.self(x, penalty), x)


class Intermediate(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dense = Dense(config.hidden_size, config.intermediate_size)

    def forward(self, x):
        return F.gelu(self.dense(x))


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = Attention(config)
        self.intermediate = Intermediate(config)
        self.output = Output(config.intermediate_size, config)

    def forward(self, x, penalty):
        x = self.attention(x, penalty)
        return self.output(self.intermediate(x), x)


class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layer = nn.ModuleList(Layer(config) for _ in range(config.num_hidden_layers))


class Pooler(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dense = Dense(config.hidden_size, config.hidden_size)

    def forward(self, x):
        return torch.tanh(self.dense(x[:, 0]))


class Bert(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embeddings = Embeddings(config)
        self.encoder = Encoder(config)
        self.pooler = Pooler(config)


class BertForSequenceClassification(nn.Module):
    """int64 (N, 3, S), the planes input_ids, attention_mask and token_type_ids -> logits (N, classes)."""

    def __init__(self, config, classes=2):
        super().__init__()
        self.bert = Bert(config)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        self.classifier = Dense(config.hidden_size, classes)
        for module in self.modules():
            if isinstance(module, (nn.Linear, nn.Embedding)):
                nn.init.normal_(module.weight, std=config.initializer_range)
            if isinstance(module, nn.Linear):
                nn.init.zeros_(module.bias)

    def forward(self, tokens):
        ids, mask, types = tokens.unbind(1)
        x = self.bert.embeddings(ids, types)
        penalty = (mask[:, None, None, :] - 1).to(x.dtype) * 10_000
        for layer in self.bert.encoder.layer:
            x = layer(x, penalty)
        return self.classifier(self.dropout(self.bert.pooler(x)))
