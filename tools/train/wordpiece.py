"""BERT's tokenizer for English in ASCII: lower case, split at spaces and punctuation, then WordPiece.

`learn` makes a vocabulary from sentences, `Tokenizer` applies one, `tokenizer_json` describes it in the format of the
Hugging Face libraries, which then return the same numbers.
"""

import re
from collections import Counter

import numpy as np

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PAD, UNK, CLS, SEP, _ = range(len(SPECIAL))
LONGEST_WORD = 100  # characters; longer words are [UNK]
_WORDS = re.compile(r"[0-9a-z]+|[^0-9a-z\s]")


def words(sentence):
    """Runs of letters and digits, and single marks of punctuation, in lower case."""
    if not sentence.isascii():
        raise ValueError(f"expected ASCII, found {sentence!r}: accents would need Unicode's tables")
    return _WORDS.findall(sentence.lower())


def learn(sentences, size):
    """The vocabulary: special tokens, all letters and digits (alone and as ##), punctuation, then merged pieces.

    Pieces are merged as byte-pair encoding does it: the most frequent neighbours first, equal ones in alphabetical
    order, until the vocabulary has `size` entries or every word is one piece.
    """
    counts = Counter(word for sentence in sentences for word in words(sentence))
    alphabet = [chr(c) for c in (*range(ord("0"), ord("9") + 1), *range(ord("a"), ord("z") + 1))]
    vocabulary = [*SPECIAL, *"!\"'(),-.:;?", *alphabet, *(f"##{c}" for c in alphabet)]
    split = {word: [word[0], *(f"##{c}" for c in word[1:])] for word in sorted(counts)}
    while len(vocabulary) < size:
        neighbours = Counter()
        for word, pieces in split.items():
            for pair in zip(pieces, pieces[1:]):
                neighbours[pair] += counts[word]
        if not neighbours:
            break
        left, right = min(neighbours, key=lambda pair: (-neighbours[pair], pair))
        merged = left + right[2:]
        if merged not in vocabulary:
            vocabulary.append(merged)
        for pieces in split.values():
            for i in range(len(pieces) - 1):
                if pieces[i : i + 2] == [left, right]:
                    pieces[i : i + 2] = [merged]
    return vocabulary


class Tokenizer:
    def __init__(self, vocabulary):
        self.numbers = {piece: number for number, piece in enumerate(vocabulary)}

    def pieces(self, word):
        """The longest piece that fits, again and again; [UNK] where none fits."""
        numbers, begin = [], 0
        while begin < len(word) <= LONGEST_WORD:
            for end in range(len(word), begin, -1):
                number = self.numbers.get(("##" if begin else "") + word[begin:end])
                if number is not None:
                    break
            else:
                return [UNK]
            numbers.append(number)
            begin = end
        return numbers or [UNK]

    def sentence(self, text):
        return [CLS, *(number for word in words(text) for number in self.pieces(word)), SEP]

    def batch(self, sentences):
        """int64 (N, 3, S): input_ids, attention_mask and token_type_ids, padded to the longest of the sentences."""
        encoded = [self.sentence(text) for text in sentences]
        arrays = np.zeros((len(encoded), 3, max(map(len, encoded))), np.int64)
        for row, numbers in zip(arrays, encoded):
            row[0, : len(numbers)] = numbers
            row[1, : len(numbers)] = 1
        return arrays


def tokenizer_json(vocabulary):
    """The object of tokenizer.json."""
    special = [
        {
            "id": number,
            "content": piece,
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": False,
            "special": True,
        }
        for number, piece in enumerate(SPECIAL)
    ]
    first, separator = ({"SpecialToken": {"id": piece, "type_id": 0}} for piece in ("[CLS]", "[SEP]"))
    second_separator = {"SpecialToken": {"id": "[SEP]", "type_id": 1}}
    a, b = ({"Sequence": {"id": name, "type_id": kind}} for kind, name in enumerate("AB"))
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": special,
        "normalizer": {
            "type": "BertNormalizer",
            "clean_text": True,
            "handle_chinese_chars": True,
            "strip_accents": None,
            "lowercase": True,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [first, a, separator],
            "pair": [first, a, separator, b, second_separator],
            "special_tokens": {
                piece: {"id": piece, "ids": [number], "tokens": [piece]}
                for piece, number in (("[CLS]", CLS), ("[SEP]", SEP))
            },
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": LONGEST_WORD,
            "vocab": {piece: number for number, piece in enumerate(vocabulary)},
        },
    }
