"""Naturalness as DistillMOS predicts it (Stahl and Gamper 2025), with the network inside the package distillmos."""

from __future__ import annotations

import contextlib
import importlib
import io
import sys
from types import ModuleType

from glowvox.audio.wave import Audio
from glowvox.evaluate.judges.parts import at_judge_rate, load_part


class DistillMos:
    """One rating a clip. Separates voices that DNSMOS rates alike; very short texts score lower for everybody."""

    identity = "DistillMOS"

    def __init__(self) -> None:
        # By name and not by `import torch`: the package distillmos is what needs torch, and a static contract keeps
        # glowvox.evaluate itself free of it.
        self._torch = load_part("torch", purpose="the DistillMOS rating", install="torch")
        package = _load_without_torchaudio()
        with contextlib.redirect_stdout(io.StringIO()):  # it announces its weights; stdout is for the scores
            self._network = package.ConvTransformerSQAModel().eval()

    def score(self, audio: Audio) -> dict[str, float]:
        """The rating."""
        with self._torch.no_grad():
            samples = self._torch.from_numpy(at_judge_rate(audio))
            return {"distillmos": float(self._network(samples[None])[0])}


def _load_without_torchaudio() -> ModuleType:
    """distillmos imports torchaudio for its command line only; an empty stand-in serves while it is being imported."""
    stand_in = ModuleType("torchaudio")
    try:
        importlib.import_module("torchaudio")
    except (ImportError, OSError):  # OSError: a torchaudio built for another torch
        sys.modules["torchaudio"] = stand_in
    try:
        return load_part("distillmos", purpose="the DistillMOS rating", install="--no-deps distillmos xls-r-sqa")
    finally:
        if sys.modules.get("torchaudio") is stand_in:
            del sys.modules["torchaudio"]
