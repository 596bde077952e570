"""What to say when an optional part is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from glowvox.errors import MissingPart

TRAIN = {
    "torch",
    "lightning_fabric",
    "lightning_utilities",
    "numba",
    "scipy",
    "safetensors",
    "tomli_w",
    "onnx",
    "matplotlib",
    "rich",
}


@contextmanager
def needs_train(purpose: str) -> Iterator[None]:
    """Turn a missing module of the `train` extra into the sentence that says how to get it."""
    try:
        yield
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        if module not in TRAIN:
            raise
        raise MissingPart(module, extra="train", purpose=purpose) from None
