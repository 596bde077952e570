"""A Flowtron at another speed: the way it read the text, stretched, and followed."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from glowvox.errors import UsageError
from glowvox.models.flowtron import FlowtronSpeech
from glowvox.models.flowtron_pace import lasting, stretched
from glowvox.models.flowtron_sampling import Sampling
from tests.unit.models.test_flowtron import BANDS, close, inputs, make, quantile_of_gates

FASTER = pytest.mark.parametrize("speed", [0.6, 1.7])


def say(name: str, sampling: Sampling, rows: slice = slice(None), **given: object) -> FlowtronSpeech:
    return make(name).generate(*inputs(rows)[:2], sampling, **given)  # type: ignore[arg-type]


@FASTER
@pytest.mark.parametrize("name", ["plain", "three", "cumulative", "no-gate"])
def test_the_way_through_the_text_is_stretched_and_followed(name: str, speed: float) -> None:
    gate = quantile_of_gates(make(name)) if name in ("plain", "three") else None
    own, other = (
        say(name, Sampling(sigma=0.6, gate=gate, longest=30, speed=pace), slice(0, 1)) for pace in (1.0, speed)
    )
    frames = int(own.frames[0])
    assert int(other.frames[0]) == round(frames / speed) != frames
    assert torch.equal(other.ended, own.ended)
    wanted = torch.tensor([round(frames / speed)])
    way = stretched(own.attention[-1], own.frames, wanted)
    for look in other.attention:
        close(look, way)
    # and what is said along it is what the model says where it is told to read so
    mean = torch.zeros(BANDS, 1)
    still = Sampling(sigma=0.0, gate=None, longest=frames, centre=mean, speed=speed)
    reading = stretched(
        say(name, Sampling(sigma=0.0, gate=None, longest=frames, centre=mean), slice(0, 1)).attention[-1],
        torch.tensor([frames]),
        wanted,
    )
    told = say(
        name,
        Sampling(sigma=0.0, gate=None, longest=int(wanted), centre=mean),
        slice(0, 1),
        forced=[reading] * len(other.attention),
    )
    close(say(name, still, slice(0, 1)).mel, told.mel)


@FASTER
@pytest.mark.parametrize("name", ["plain", "cumulative"])
def test_a_batch_at_another_speed_is_what_its_items_are(name: str, speed: float) -> None:
    sampling = Sampling(sigma=0.7, gate=0.501, longest=30, speed=speed)
    together = say(name, sampling)
    for row in range(3):
        alone = say(name, sampling, slice(row, row + 1))
        count = int(alone.frames[0])
        assert int(together.frames[row]) == count
        close(together.mel[row : row + 1, :, :count], alone.mel)
        assert (together.mel[row, :, count:] == 0).all()


def test_what_is_given_has_a_length_of_its_own() -> None:
    noise, path = [torch.zeros(BANDS, 5, dtype=torch.float64)], torch.ones(1, 5, 7, dtype=torch.float64) / 7
    for given_too in ({"noise": noise}, {"forced": [path, path]}):
        with pytest.raises(UsageError, match="have a length of their own: speed must be 1"):
            say("plain", Sampling(gate=None, longest=5, speed=2.0), slice(0, 1), **given_too)
    for speed in (0.0, -1.0, float("inf"), float("nan")):
        with pytest.raises(UsageError, match="speed = .* must be a positive number"):
            Sampling(speed=speed)
    tokens, _ = inputs()[:2]
    none = make("plain").generate(tokens, torch.tensor([0, 0, 0]), Sampling(speed=2.0))
    assert none.mel.shape == (3, BANDS, 0)


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 5)), min_size=1, max_size=4), st.floats(0.3, 3.0))
def test_stretching_is_linear_interpolation_item_by_item(sizes: list[tuple[int, int]], speed: float) -> None:
    frames = torch.tensor([size for size, _ in sizes])
    attention = torch.rand(len(sizes), int(frames.max()), 3, generator=torch.Generator().manual_seed(len(sizes)))
    wanted = lasting(frames, speed)
    assert wanted.tolist() == [max(1, round(size / speed)) for size, _ in sizes]
    found = stretched(attention, frames, wanted)
    for row, (size, count) in enumerate(zip(frames.tolist(), wanted.tolist(), strict=True)):
        expected = F.interpolate(attention[row : row + 1, :size].transpose(1, 2), size=count, mode="linear")
        torch.testing.assert_close(found[row, :count], expected[0].T, rtol=1e-4, atol=1e-5)
        assert (found[row, count:] == 0).all()
