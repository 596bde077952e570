"""Small models behind Coqui's interface, and batches for them."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from glowvox.compat.coqui import GlowTTS, GlowTTSConfig
from tests.fixtures.coqui import settings

BANDS, SYMBOLS = 12, 9
SPEAKERS: dict[str, dict[str, Any]] = {
    "one": {},
    "learned": {"use_speaker_embedding": True, "num_speakers": 3},
    "d-vectors": {"use_d_vector_file": True, "d_vector_dim": 5},
}


def small(encoder: str = "rel_pos_transformer", **fields: Any) -> GlowTTSConfig:
    """Settings of a small model."""
    sizes = {"out_channels": BANDS, "num_chars": SYMBOLS, "audio": {"num_mels": BANDS, "griffin_lim_iters": 2}}
    return GlowTTSConfig(**(settings(encoder) | sizes | fields))


def random_model(config: GlowTTSConfig, **parts: Any) -> GlowTTS:
    """A model in double precision with nothing left at zero, that speaks some three frames a token."""
    torch.manual_seed(0)
    model = GlowTTS(config, **parts).double().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.02 * torch.randn_like(parameter))
        model.model.encoder.duration.projection.bias.fill_(1.3)
    return model


def recordings(*, seed: int = 1) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """x (3, 7), x_lengths, y (3, 21, C), y_lengths; an odd frame, padding and whatever stands in it."""
    random = torch.Generator().manual_seed(seed)
    x = torch.randint(SYMBOLS, (3, 7), generator=random)
    y = torch.randn(3, 21, BANDS, generator=random, dtype=torch.float64)
    return x, torch.tensor([7, 3, 1]), y, torch.tensor([21, 16, 9])


def speaker_of(name: str) -> dict[str, Tensor]:
    """The auxiliary input of `recordings` for one of `SPEAKERS`."""
    if name == "learned":
        return {"speaker_ids": torch.tensor([2, 0, 1])}
    vectors = torch.randn(3, 5, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    return {"d_vectors": vectors} if name == "d-vectors" else {}
