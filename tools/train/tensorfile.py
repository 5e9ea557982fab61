"""The safetensors format for float32: a little-endian u64 header length, a JSON header, then the data without gaps."""

import json
import struct

import numpy as np


def write(path, tensors, metadata=None):
    """Writes name -> numpy float32 array, in the order given. Offsets count from the end of the header."""
    header, offset = ({"__metadata__": metadata} if metadata else {}), 0
    for name, array in tensors.items():
        if array.dtype != np.float32:
            raise TypeError(f"{name}: expected float32, found {array.dtype}; convert it first")
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # the data begins at a multiple of 8
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in tensors.values():
            file.write(np.ascontiguousarray(array, "<f4").tobytes())


def read(path):
    """Reads a file of F32 tensors: name -> numpy float32 array, in the order of the header."""
    with open(path, "rb") as file:
        blob = file.read()
    (length,) = struct.unpack_from("<Q", blob)
    header = json.loads(blob[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            raise TypeError(f"{path}: {name}: expected F32, found {entry['dtype']}")
        begin, end = entry["data_offsets"]
        data = np.frombuffer(blob, "<f4", (end - begin) // 4, 8 + length + begin)
        tensors[name] = data.reshape(entry["shape"]).astype(np.float32)
    return tensors
