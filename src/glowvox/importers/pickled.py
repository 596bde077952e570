"""Models that were pickled whole, read as their tensors without a line of their code."""

from __future__ import annotations

import pickle
import tarfile
import warnings
import zipfile
from collections import OrderedDict
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

import torch
from torch import Tensor

# where the classes of the published models and of their parts live; each becomes an inert record
ORIGINS = frozenset({"torch.nn", "glow", "glow_old", "flowtron", "tacotron2", "layers", "common", "model", "__main__"})


class Record:
    """What stands in for an object of somebody else's class: nothing but the attributes it was stored with."""

    def __new__(cls, *_arguments: object) -> Record:
        """Build nothing from the arguments."""
        return object.__new__(cls)

    def __init__(self, *_arguments: object) -> None:
        self.attributes: dict[str, Any] = {}

    def __setstate__(self, state: object) -> None:
        self.attributes = state if isinstance(state, dict) else {}


def read_pickled(path: Path) -> object:
    """The content of a torch pickle that holds modules; every module becomes its state dict.

    Only tensors, plain containers and records of the classes in `ORIGINS` are built. Nothing in the file is called.

    raises  pickle.UnpicklingError for anything else; whatever torch raises for a damaged file
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch misses the source code of the classes: we want none
        content = torch.load(path, map_location="cpu", weights_only=False, pickle_module=_RESTRICTED)
    if isinstance(content, Record):
        return module_tensors(content)
    if isinstance(content, dict):
        return {key: module_tensors(value) if isinstance(value, Record) else value for key, value in content.items()}
    return content


def module_tensors(module: Record, prefix: str = "") -> dict[str, Tensor]:
    """Parameters and saved buffers of a pickled module and of its parts, under the names of a state dict."""
    attributes = module.attributes
    found: dict[str, Tensor] = {}
    for kind, left_out in (("_parameters", ()), ("_buffers", attributes.get("_non_persistent_buffers_set", ()))):
        for name, value in (attributes.get(kind) or {}).items():
            if isinstance(value, Tensor) and name not in left_out:
                found[f"{prefix}{name}"] = value.detach()
    for name, part in (attributes.get("_modules") or {}).items():
        if isinstance(part, Record):
            found |= module_tensors(part, f"{prefix}{name}.")
    return found


def refuse_archives(path: Path) -> None:
    """Stop before torch unpacks a tar archive into files, or hands a compiled program to its compiler.

    raises  pickle.UnpicklingError for these
    """
    compiled = False
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            compiled = any(name.endswith("constants.pkl") for name in archive.namelist())
    if compiled or tarfile.is_tarfile(path):
        raise pickle.UnpicklingError("a compiled program or a tar archive, which torch.save does not write")


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        """The few names that are let through; torch's own wrapper has answered those of storages before."""
        plain = _PLAIN.get((module, name))
        if plain is not None:
            return plain
        if any(module == origin or module.startswith(f"{origin}.") for origin in ORIGINS):
            return type(name.rpartition(".")[2], (Record,), {})
        raise pickle.UnpicklingError(f"it names {module}.{name}")


def _rebuild_tensor(*arguments: Any) -> Tensor:
    """A tensor from its storage, offset, shape and strides; hooks and gradients stay behind."""
    rebuilt: Tensor = torch._utils._rebuild_tensor(*arguments[:4])  # type: ignore[no-untyped-call]
    return rebuilt


def _rebuild_parameter(data: Tensor, *_rest: object) -> Tensor:
    return data


def _load(file: BinaryIO, **options: Any) -> object:
    return _Unpickler(file, **options).load()


_PLAIN: dict[tuple[str, str], object] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("builtins", "set"): set,
    ("__builtin__", "set"): set,
    ("torch", "Size"): torch.Size,
    ("torch._utils", "_rebuild_tensor"): _rebuild_tensor,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
    ("torch._utils", "_rebuild_parameter"): _rebuild_parameter,
}
_RESTRICTED = SimpleNamespace(Unpickler=_Unpickler, load=_load, __name__="restricted")
