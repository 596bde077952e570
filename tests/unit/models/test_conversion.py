"""Round trips, conversion and interpolation of the model itself."""

from __future__ import annotations

import pytest
import torch

from glowvox.errors import UsageError
from glowvox.models.conversion import between_samples, between_speakers, convert, to_latent, to_mel
from tests.unit.models.test_glow_tts import Inputs, make


@pytest.mark.parametrize("squeeze", [1, 2, 3])
def test_to_the_latent_and_back_is_the_recording(squeeze: int) -> None:
    model, inputs = make(speakers=4, squeeze=squeeze), Inputs(speakers=4)
    latent, frames = to_latent(model, inputs.mel, inputs.frames, inputs.speaker)
    back = to_mel(model, latent, frames, inputs.speaker)
    assert frames.tolist() == [count // squeeze * squeeze for count in (37, 22, 6)]
    for row, count in enumerate(frames.tolist()):
        torch.testing.assert_close(back[row, :, :count], inputs.mel[row, :, :count], rtol=0, atol=1e-9)
        assert (back[row, :, count:] == 0).all()


def test_the_latent_is_what_training_sees() -> None:
    model, inputs = make(speakers=4), Inputs(speakers=4)
    out = model(*inputs.all())
    latent, _ = to_latent(model, inputs.mel, inputs.frames, inputs.speaker)
    assert torch.equal(latent, out.latent)


def test_converting_to_the_same_speaker_changes_nothing() -> None:
    model, inputs = make(speakers=4), Inputs(speakers=4)
    converted, frames = convert(model, inputs.mel, inputs.frames, source=inputs.speaker, target=inputs.speaker)
    for row, count in enumerate(frames.tolist()):
        torch.testing.assert_close(converted[row, :, :count], inputs.mel[row, :, :count], rtol=0, atol=1e-9)


def test_converting_there_and_back_changes_nothing_but_there_does() -> None:
    model, inputs = make(speakers=4), Inputs(speakers=4)
    other = torch.tensor([3, 3, 3])
    there, frames = convert(model, inputs.mel, inputs.frames, source=inputs.speaker, target=other)
    back, _ = convert(model, there, frames, source=other, target=inputs.speaker)
    for row, count in enumerate(frames.tolist()):
        torch.testing.assert_close(back[row, :, :count], inputs.mel[row, :, :count], rtol=0, atol=1e-9)
        assert (there[row, :, :count] - inputs.mel[row, :, :count]).abs().mean() > 1e-3


def test_the_way_between_two_speakers() -> None:
    model = make(speakers=4)
    first, second = torch.tensor([1]), torch.tensor([2])
    ends = [model.condition(number, 1)[:, :, 0] for number in (first, second)]
    torch.testing.assert_close(between_speakers(model, first, second, 0.0), ends[0])
    torch.testing.assert_close(between_speakers(model, first, second, 1.0), ends[1])
    middle = between_speakers(model, first, second, 0.5)
    torch.testing.assert_close(middle.norm(dim=1), torch.ones(1, dtype=torch.float64))
    torch.testing.assert_close((middle * ends[0]).sum(), (middle * ends[1]).sum())
    torch.testing.assert_close(between_speakers(model, first, first, 0.3), ends[0])
    torch.testing.assert_close(between_speakers(model, middle, second, 1.0), ends[1])  # of vectors as well


def test_one_speaker_has_no_way_to_go() -> None:
    with pytest.raises(UsageError, match="one speaker, and nothing lies between"):
        between_speakers(make(), torch.tensor([0]), torch.tensor([0]), 0.5)


def test_noise_between_two_draws_keeps_its_variance() -> None:
    generator = torch.Generator().manual_seed(0)
    first, second = torch.randn(2, 100_000, generator=generator)
    assert torch.equal(between_samples(first, second, 0.0), first)
    assert torch.equal(between_samples(first, second, 1.0), second)
    for weight in (0.25, 0.5, 0.75):
        assert float(between_samples(first, second, weight).var()) == pytest.approx(1, abs=0.02)


@torch.no_grad()
def test_variation_of_each_token_alone() -> None:
    model, inputs = make(speakers=4), Inputs(speakers=4)
    noise = [torch.randn(6, 200, dtype=torch.float64, generator=torch.Generator().manual_seed(2)) for _ in range(3)]
    said = {"speaker": inputs.speaker, "noise": noise}
    level = model.generate(inputs.tokens, inputs.lengths, variation=0.5, **said)
    same = model.generate(inputs.tokens, inputs.lengths, variation=torch.full((3, 8), 0.5), **said)
    assert torch.equal(level.mel, same.mel)
    wild = torch.zeros(3, 8)
    wild[:, 0] = 1.0
    latents = [
        to_latent(model, speech.mel, speech.frames, inputs.speaker)[0]
        for speech in (
            model.generate(inputs.tokens, inputs.lengths, variation=wild, **said),
            model.generate(inputs.tokens, inputs.lengths, variation=0.0, **said),
        )
    ]
    change = (latents[0] - latents[1])[0]
    first = int(level.durations[0, 0])
    torch.testing.assert_close(change[:, :first], noise[0][:, :first], rtol=0, atol=1e-5)
    torch.testing.assert_close(change[:, first:], torch.zeros_like(change[:, first:]), rtol=0, atol=1e-5)
