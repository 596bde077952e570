"""What each discriminator looks at, and its size as published."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from glowvox.models.discriminators.band import BandDiscriminator, MultiBandDiscriminator
from glowvox.models.discriminators.period import MultiPeriodDiscriminator, PeriodDiscriminator
from glowvox.models.discriminators.resolution import MultiResolutionDiscriminator, Resolution, ResolutionDiscriminator
from glowvox.models.discriminators.scale import Layer, MultiScaleDiscriminator

CHANNELS = (2, 4, 4)
LAYERS = (Layer(4, 5), Layer(8, 7, stride=2, groups=2))


def build(name: str) -> nn.Module:
    torch.manual_seed(0)
    models: dict[str, Callable[[], nn.Module]] = {
        "period": lambda: MultiPeriodDiscriminator(channels=CHANNELS),
        "scale": lambda: MultiScaleDiscriminator(layers=LAYERS),
        "resolution": lambda: MultiResolutionDiscriminator(
            [Resolution(128, 16, 96), Resolution(64, 10, 40)], channels=2
        ),
        "band": lambda: MultiBandDiscriminator((128, 64), channels=2),
    }
    model = models[name]()
    for _ in range(5):  # until singular vectors are near the weights' own
        model(torch.randn(1, 700))
    return model.eval()


ALL = ("period", "scale", "resolution", "band")


def wave(batch: int, samples: int) -> torch.Tensor:
    return torch.randn(batch, samples, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        (MultiPeriodDiscriminator, 41_105_770),
        (MultiScaleDiscriminator, 29_618_821),
        (MultiResolutionDiscriminator, 3 * (32 * 27 + 3 * 32 * 32 * 27 + 32 * 32 * 9 + 32 * 9 + 2 * (5 * 32 + 1))),
    ],
)
def test_sizes_are_the_published_ones(kind: type[nn.Module], parameters: int) -> None:
    with torch.device("meta"):
        model = kind()
    assert sum(parameter.numel() for parameter in model.parameters()) == parameters


@pytest.mark.parametrize("name", ALL)
def test_an_item_is_judged_alone_and_maps_end_in_the_score(name: str) -> None:
    model, waves = build(name), wave(3, 701)
    whole, single = model(waves), model(waves[1:2])
    for all_of_them, one in zip(whole, single, strict=True):
        torch.testing.assert_close(all_of_them.score[1:2], one.score)
        assert all_of_them.maps[-1].numel() == all_of_them.score.numel()


@pytest.mark.parametrize("name", ALL)
def test_a_gradient_reaches_the_wave_and_every_weight(name: str) -> None:
    model, waves = build(name), wave(1, 701).requires_grad_()
    sum(judgement.score.square().sum() for judgement in model(waves)).backward()
    assert waves.grad is not None
    assert bool((waves.grad != 0).float().mean() > 0.9)
    assert all(parameter.grad is not None and parameter.grad.isfinite().all() for parameter in model.parameters())


def test_a_period_sees_its_own_column_alone() -> None:
    model = PeriodDiscriminator(5, CHANNELS)
    before = wave(1, 200)
    after = before.clone()
    after[0, 73] += 1.0  # in column 73 mod 5
    for old, new in zip(model(before).maps, model(after).maps, strict=True):
        changed = (old != new).any(dim=1).any(dim=1)[0]
        assert changed.nonzero()[:, 0].tolist() == [3]


def test_what_is_missing_from_a_last_row_is_mirrored() -> None:
    model = PeriodDiscriminator(5, CHANNELS)
    short = wave(1, 198)
    mirrored = torch.cat([short, short[:, [-2, -3]]], dim=1)
    assert torch.equal(model(short).score, model(mirrored).score)


def test_vocos_leaves_out_the_first_map() -> None:
    model = MultiPeriodDiscriminator((2, 3), CHANNELS)
    whole = model(wave(1, 100))
    model.first_map = False
    for kept, judgement in zip(model(wave(1, 100)), whole, strict=True):
        assert len(kept.maps) == len(judgement.maps) - 1 == len(CHANNELS)
        assert torch.equal(kept.maps[0], judgement.maps[1])


def test_scales_halve_the_wave_and_only_the_first_is_normalised_spectrally() -> None:
    model = MultiScaleDiscriminator(layers=LAYERS)
    assert [judgement.score.shape[1] for judgement in model(wave(1, 640))] == [320, 161, 81]
    buffers = [name for name, _ in model.named_buffers()]
    assert len(buffers) == 2 * (len(LAYERS) + 1)
    assert all(name.startswith("networks.0.") for name in buffers)


def test_spectral_vectors_move_in_training_only() -> None:
    model = MultiScaleDiscriminator(layers=LAYERS)
    state = {name: value.clone() for name, value in model.named_buffers()}
    model.eval()(wave(1, 640))
    assert all(torch.equal(value, state[name]) for name, value in model.named_buffers())
    model.train()(wave(1, 640))
    assert not any(torch.equal(value, state[name]) for name, value in model.named_buffers() if value.numel() > 1)


def test_the_spectrum_of_a_resolution_has_a_rectangular_window() -> None:
    model = ResolutionDiscriminator(Resolution(64, 16, 48), channels=2)
    waves = wave(1, 320)
    padded = torch.nn.functional.pad(waves[:, None], (24, 24), mode="reflect")[0, 0]
    frame = torch.zeros(64)
    frame[8:56] = padded[2 * 16 + 8 : 2 * 16 + 56]  # the window stands in the middle of its transform
    torch.testing.assert_close(model.magnitude(waves)[0, :, 2], torch.fft.rfft(frame).abs(), atol=1e-5, rtol=1e-4)


def test_bands_do_not_hear_level_and_share_out_the_spectrum() -> None:
    model = BandDiscriminator(128, channels=2)
    waves = wave(2, 701)
    torch.testing.assert_close(model(waves).score, model(0.1 * waves + 0.3).score, atol=1e-4, rtol=1e-3)
    assert model.bands == ((0, 6), (6, 16), (16, 32), (32, 48), (48, 65))
    # every band has four maps: the first convolution's is left out
    assert len(model(waves).maps) == 5 * 4 + 1
