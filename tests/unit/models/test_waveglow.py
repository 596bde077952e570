"""WaveGlow: its likelihood is exact, it undoes itself, and batches change nothing."""

from __future__ import annotations

import math

import pytest
import torch
from msgspec.structs import replace
from torch import Tensor

from glowvox.audio.mel import MelConfig
from glowvox.errors import ConfigError, UsageError
from glowvox.flows.mixing import GroupMixing
from glowvox.models.waveglow import WaveGlow, WaveGlowOutput, nll, values
from glowvox.models.waveglow_config import WaveGlowConfig

BANDS, HOP = 3, 8
MEL = MelConfig(bands=BANDS, hop=HOP)
SMALL = WaveGlowConfig(flows=4, group=4, early_every=2, layers=2, width=6, upsample_kernel=16)


def make(config: WaveGlowConfig = SMALL, dtype: torch.dtype = torch.float64) -> WaveGlow:
    """A small model with nothing left at zero."""
    torch.manual_seed(0)
    model = WaveGlow(config, MEL).to(dtype).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return model


def batch(lengths: tuple[int, ...] = (48, 21, 3, 40), dtype: torch.dtype = torch.float64) -> tuple[Tensor, ...]:
    torch.manual_seed(1)
    size = max(lengths)
    return (
        torch.randn(len(lengths), BANDS, -(-size // HOP), dtype=dtype),
        torch.randn(len(lengths), size, dtype=dtype),
        torch.tensor(lengths),
    )


@pytest.mark.parametrize("alternating", [False, True])
def test_speaking_undoes_listening(alternating: bool) -> None:
    model = make(replace(SMALL, alternating=alternating))
    mel, samples, _ = batch()
    out = model.encode(mel, samples)
    assert (out.latent - samples.view(4, -1, 4).transpose(1, 2)).abs().max() > 0.1
    assert (model.generate(mel, sigma=1.0, noise=list(out.latent)) - samples).abs().max() <= 1e-10
    halved = model.generate(mel, sigma=0.5, noise=list(2 * out.latent))
    assert (halved - samples).abs().max() <= 1e-10


def test_the_likelihood_is_that_of_a_change_of_variables() -> None:
    model = make()
    mel, samples, _ = batch((12,))

    def image(x: Tensor) -> Tensor:
        return model.encode(mel, x[None]).latent.flatten()  # type: ignore[no-any-return]

    log_det = torch.linalg.slogdet(torch.autograd.functional.jacobian(image, samples[0])).logabsdet
    for sigma in (1.0, 0.7):
        noise = torch.distributions.Normal(*torch.tensor([0.0, sigma], dtype=torch.float64))
        density = noise.log_prob(image(samples[0])).sum() + log_det
        torch.testing.assert_close(nll(model.encode(mel, samples), sigma=sigma), -density / 12, rtol=0, atol=1e-10)


def test_parts_of_a_batch_add_up_to_the_whole_under_one_normaliser() -> None:
    model = make()
    mel, samples, lengths = batch()
    whole = model.encode(mel, samples, lengths)
    parts = [model.encode(mel[rows], samples[rows], lengths[rows]) for rows in (slice(0, 1), slice(1, 4))]
    total = sum((values(part) for part in parts), torch.zeros(()))
    assert total == values(whole) == 48 + 20 + 0 + 40  # whole columns of four
    shared = nll(parts[0], total=total) + nll(parts[1], total=total)
    torch.testing.assert_close(shared, nll(whole), rtol=0, atol=1e-12)


def test_an_untrained_model_has_the_likelihood_of_white_noise() -> None:
    torch.manual_seed(0)
    model = WaveGlow(SMALL, MEL).double()
    mel, samples, _ = batch()
    expected = samples.square().mean() / 2 + 0.5 * math.log(2 * math.pi)  # rotations and identities
    torch.testing.assert_close(nll(model.encode(mel, samples)), expected, rtol=0, atol=1e-6)


def test_a_padded_batch_gives_what_single_items_give() -> None:
    model = make()
    mel, samples, lengths = batch()
    out = model.encode(mel, samples, lengths)
    dirty = model.encode(mel, samples + 9 * (torch.arange(48) >= lengths[:, None]), lengths)
    assert torch.equal(dirty.latent, out.latent)
    for row, length in enumerate((48, 21, 0, 40)):
        frames = -(-length // HOP)
        columns = length // 4
        assert (out.latent[row, :, columns:] == 0).all()
        assert out.mask[row].sum() == columns
        if columns:
            alone: WaveGlowOutput = model.encode(mel[row : row + 1, :, :frames], samples[row : row + 1, :length])
            torch.testing.assert_close(out.latent[row : row + 1, :, :columns], alone.latent, rtol=0, atol=1e-12)
            torch.testing.assert_close(out.log_det[row : row + 1], alone.log_det, rtol=0, atol=1e-10)


def test_a_padded_batch_speaks_as_single_items_do() -> None:
    model = make()
    mel, _, _ = batch()
    frames = torch.tensor([6, 2, 0, 5])
    together = model.generate(mel, frames, noise=3)
    assert together.shape == (4, 6 * HOP)
    for row, count in enumerate(frames.tolist()):
        assert (together[row, count * HOP :] == 0).all()
        alone = model.generate(mel[row : row + 1, :, :count], noise=3)
        torch.testing.assert_close(together[row : row + 1, : count * HOP], alone, rtol=0, atol=1e-12)


def test_seeds_and_sigma_decide() -> None:
    model = make(dtype=torch.float32)
    mel = batch(dtype=torch.float32)[0][:1]
    assert torch.equal(model.generate(mel, noise=5), model.generate(mel, noise=5))
    assert not torch.equal(model.generate(mel, noise=5), model.generate(mel, noise=6))
    assert torch.equal(model.generate(mel, sigma=0.0, noise=5), model.generate(mel, sigma=0.0, noise=6))
    assert model.generate(mel[:, :, :0]).shape == (1, 0)


def test_the_inverse_follows_weights_that_change() -> None:
    model = make()
    mel, samples, _ = batch()
    model.generate(mel)  # whatever it might keep, it has kept now
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, GroupMixing):
                module.weight.add_(0.05 * torch.randn_like(module.weight))
    latent = model.encode(mel, samples).latent
    assert (model.generate(mel, sigma=1.0, noise=list(latent)) - samples).abs().max() <= 1e-10


def test_half_precision_stays_near() -> None:
    model = make(dtype=torch.float32)
    mel, samples, lengths = batch(dtype=torch.float32)
    single = nll(model.encode(mel, samples, lengths))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        half = nll(model.encode(mel, samples, lengths))
    half.backward()
    assert half.dtype == torch.float32
    torch.testing.assert_close(half, single, rtol=0.02, atol=0)
    assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)


def test_a_few_steps_of_descent_raise_the_likelihood() -> None:
    model = make(dtype=torch.float32).train()
    mel, samples, lengths = batch(dtype=torch.float32)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    found = []
    for _ in range(12):
        optimizer.zero_grad()
        loss = nll(model.encode(mel, samples, lengths))
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    assert found[-1] < found[0] - 0.2


def test_what_cannot_be_is_refused_in_words() -> None:
    model = make()
    mel, samples, _ = batch()
    for sigma in (-0.1, math.nan, math.inf):
        with pytest.raises(UsageError, match=r"sigma = .* must be a number not below 0"):
            model.generate(mel, sigma=sigma)
    with pytest.raises(UsageError, match="48 samples, but the mel spectrogram of 2 frames reaches 24"):
        model.encode(mel[:, :, :2], samples)


def test_a_hop_that_is_no_whole_number_of_columns_is_refused() -> None:
    with pytest.raises(ConfigError, match="group = 4 must divide the hop of 6 samples"):
        WaveGlow(SMALL, MelConfig(bands=BANDS, hop=6))


def test_asked_as_any_vocoder_it_speaks() -> None:
    model, mel = make(), batch()[0]
    assert torch.equal(model(mel), model.generate(mel, sigma=0.666, noise=0))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"width": 0}, "width = 0 must be at least 1"),
        ({"kernel": 4}, "kernel = 4 must be odd"),
        ({"group": 7}, "group = 7 must be even"),
        ({"early_size": 1}, "early_size = 1 must be even"),
        ({"flows": 17}, "2 channels leaving every 4 of 17 flows leave 0 of group = 8"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(changed: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        WaveGlowConfig(**changed)
