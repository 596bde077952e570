"""Data-dependent initialisation: exact over any number of batches, blind to padding."""

from __future__ import annotations

import pytest
import torch

from glowvox.flows.actnorm import ActNorm
from glowvox.flows.base import walk
from glowvox.flows.squeeze import squeeze
from glowvox.models.glow_tts import GlowTTS
from glowvox.models.glow_tts_config import DecoderConfig, GlowTTSConfig
from glowvox.nn.masks import length_mask
from glowvox.train.initialise import initialise_actnorm
from tests.train.building import MODEL

BANDS = 6


def make(speakers: int = 1) -> GlowTTS:
    torch.manual_seed(0)
    decoder = DecoderConfig(blocks=3, width=8, layers=2, kernel=3, splits=6, dropout=0.5)
    config = GlowTTSConfig(encoder=MODEL.encoder, decoder=decoder, speaker_width=4)
    model = GlowTTS(config, vocabulary=5, bands=BANDS, speakers=speakers)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return model


def batches(number: int, speakers: int) -> list[tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]]:
    torch.manual_seed(1)
    made = []
    for index in range(number):
        frames = torch.randint(4, 21, (index + 2,))
        mel = 3 * torch.randn(index + 2, BANDS, 21) - 5
        made.append((mel, frames, torch.randint(speakers, (index + 2,)) if speakers > 1 else None))
    return made


@pytest.mark.parametrize(("number", "speakers"), [(1, 1), (4, 1), (3, 3)])
def test_over_all_batches_together_mean_is_0_and_variance_1(number: int, speakers: int) -> None:
    model, data = make(speakers), batches(number, speakers)
    model.train()
    initialise_actnorm(model, data)
    assert model.training
    model.eval()
    inside: dict[ActNorm, list[torch.Tensor]] = {}
    for mel, frames, speaker in data:
        mel, frames = model.whole(mel, frames)
        mask = length_mask(frames, mel.shape[2])
        x, mask = squeeze(mel * mask, mask, 2)
        for flow in walk(model.decoder.chain):
            x, _ = flow(x, mask, model.condition(speaker, len(mel)))
            if isinstance(flow, ActNorm):
                inside.setdefault(flow, []).extend(x[row, :, : int(count)] for row, count in enumerate(frames // 2))
    assert len(inside) == 3
    for columns in inside.values():
        whole = torch.cat(columns, dim=1).double()
        torch.testing.assert_close(whole.mean(1), torch.zeros(2 * BANDS).double(), rtol=0, atol=1e-5)
        torch.testing.assert_close(whole.var(1, correction=0), torch.ones(2 * BANDS).double(), rtol=1e-4, atol=0)


def test_batching_and_padding_have_no_say() -> None:
    data = batches(3, 1)
    together, apart = make(), make()
    initialise_actnorm(together, data)
    items = [(mel[row : row + 1, :, : int(n)], frames[row : row + 1], None)
             for mel, frames, _ in data for row, n in enumerate(frames)]  # fmt: skip
    initialise_actnorm(apart, items)
    for name, value in together.named_parameters():
        torch.testing.assert_close(value, dict(apart.named_parameters())[name], rtol=0, atol=1e-5)


def test_nothing_else_is_touched() -> None:
    model = make()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    initialise_actnorm(model, batches(2, 1))
    changed = {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    norms = {f"decoder.chain.flows.{3 * block}" for block in range(3)}
    assert changed == {f"{norm}.{leaf}" for norm in norms for leaf in ("log_scale", "bias")}
