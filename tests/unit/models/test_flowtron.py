"""Flowtron as a whole: batches, losses, speaking, styles."""

from __future__ import annotations

import logging

import pytest
import torch
from torch import Tensor

from glowvox.errors import UsageError
from glowvox.models.attention_prior import AttentionPrior
from glowvox.models.flowtron import Flowtron, FlowtronOutput, Told
from glowvox.models.flowtron_config import FLOWTRON_PRESETS, FlowtronConfig, MixtureConfig
from glowvox.models.flowtron_likelihood import FlowtronCounts, flowtron_counts, flowtron_losses, gate_target
from glowvox.models.flowtron_sampling import Sampling, greatest_length
from glowvox.models.style import style_mean

BANDS, VOCABULARY = 6, 11
SIZES = {"hidden": 8, "attention": 6, "text": 10, "speaker_width": 3}
CONFIGS = {
    "plain": FlowtronConfig(**SIZES),
    "three": FlowtronConfig(**SIZES, flows=3, layers=1),
    "cumulative": FlowtronConfig(**SIZES, cumulative_attention=True),
    "fixed": FlowtronConfig(**SIZES, mixture=MixtureConfig(components=3, mean_scale=2.0, width=4)),
    "learned": FlowtronConfig(**SIZES, mixture=MixtureConfig(components=2, learned=True, width=4)),
    "no-gate": FlowtronConfig(**SIZES, gate=False, flows=1),
}
every = pytest.mark.parametrize("name", CONFIGS)
TOKENS, FRAMES = torch.tensor([7, 3, 1]), torch.tensor([19, 12, 5])


def make(name: str, *, speakers: int = 1, dtype: torch.dtype = torch.float64) -> Flowtron:
    """A small model with nothing left at zero."""
    torch.manual_seed(0)
    model = Flowtron(CONFIGS[name], vocabulary=VOCABULARY, bands=BANDS, speakers=speakers).to(dtype).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return model


def inputs(rows: slice = slice(None)) -> tuple[Tensor, ...]:
    """A batch whose padding holds arbitrary values, or one item of it without padding; with a prior."""
    torch.manual_seed(1)
    tokens, mel = torch.randint(VOCABULARY, (3, 7)), torch.randn(3, BANDS, 19, dtype=torch.float64)
    lengths, frames = TOKENS[rows], FRAMES[rows]
    prior = AttentionPrior().batch(lengths, frames).double()
    n, t = int(lengths.max()), int(frames.max())
    return tokens[rows, :n], lengths, mel[rows, :, :t], frames, torch.zeros_like(lengths), prior


@every
def test_a_batch_is_what_its_items_are(name: str) -> None:
    model = make(name)
    together: FlowtronOutput = model(*inputs())
    for row in range(3):
        n, t = int(TOKENS[row]), int(FRAMES[row])
        alone: FlowtronOutput = model(*inputs(slice(row, row + 1)))
        one = slice(row, row + 1)
        close(together.latent[one, :, :t], alone.latent)
        close(together.log_det[one], alone.log_det)
        if alone.gate is not None and together.gate is not None:
            close(together.gate[one, :, :t], alone.gate)
        for whole, single in zip(together.attention, alone.attention, strict=True):
            close(whole[one, :t, :n], single)
            close(single.sum(2), torch.ones(1, t, dtype=torch.float64))
        if alone.mixture is not None and together.mixture is not None:
            close(together.mixture.log_weight[one], alone.mixture.log_weight)
        assert (together.latent[row, :, t:] == 0).all()


def close(ours: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(ours, expected, rtol=0, atol=1e-12)


@every
def test_the_prior_has_a_say_with_every_kind_of_attention(name: str) -> None:
    model = make(name)
    *given, prior = inputs()
    with_prior, without = model(*given, prior), model(*given, None)
    for a, b in zip(with_prior.attention, without.attention, strict=True):
        assert (a - b).abs().max() > 0.05


@pytest.mark.parametrize("chunk", [1 << 24, 1], ids=["at-once", "in-parts"])
@pytest.mark.parametrize("with_prior", [False, True])
def test_cumulative_attention_that_is_shown_its_own_past_says_the_same(
    monkeypatch: pytest.MonkeyPatch, *, chunk: int, with_prior: bool
) -> None:
    monkeypatch.setattr("glowvox.nn.additive_attention.GATED", {"cpu": chunk})
    model = make("cumulative")
    *given, prior = inputs()
    in_turn: FlowtronOutput = model(*given, prior if with_prior else None)
    found: FlowtronOutput = model(*given, prior if with_prior else None, Told(shown=in_turn.attention))
    close(found.latent, in_turn.latent)
    for ours, theirs in zip(found.log_attention, in_turn.log_attention, strict=True):
        close(ours, theirs)
    flowtron_losses(found).total(alignment=0.1).backward()
    gates = [value.grad for name, value in model.named_parameters() if ".location." in name]
    assert len(gates) == 8  # two convolutions a step of flow
    assert all(gradient is not None and (gradient != 0).any() for gradient in gates)


def test_another_past_leads_cumulative_attention_elsewhere() -> None:
    model = make("cumulative")
    *given, _ = inputs()
    own: FlowtronOutput = model(*given)
    first = [torch.zeros_like(weight).index_fill_(2, torch.tensor([0]), 1.0) for weight in own.attention]
    led: FlowtronOutput = model(*given, None, Told(shown=first))
    close(led.attention[0][:, 0], own.attention[0][:, 0])  # before the first frame there is no past
    close(led.attention[1][0, -1], own.attention[1][0, -1])  # which for the second step is the end
    assert all((a - b).abs().max() > 1e-3 for a, b in zip(led.attention, own.attention, strict=True))


@every
def test_losses_are_sums_over_shared_counts(name: str) -> None:
    model = make(name)
    whole = flowtron_losses(model(*inputs()))
    items = [model(*inputs(slice(row, row + 1))) for row in range(3)]
    counts = [flowtron_counts(out) for out in items]
    total = FlowtronCounts(frames=sum(c.frames for c in counts), items=sum(c.items for c in counts))
    shared = [flowtron_losses(out, total) for out in items]
    for part in ("nll", "gate", "alignment"):
        close(sum(getattr(loss, part) for loss in shared), getattr(whole, part))
    close(whole.total(alignment=0.5), whole.nll + whole.gate + 0.5 * whole.alignment)


@every
def test_gradients_are_those_of_finite_differences(name: str) -> None:
    model = make(name)
    given = inputs()
    parameters = list(model.parameters())

    def loss() -> Tensor:
        return flowtron_losses(model(*given), sigma=0.8).total(alignment=0.1)

    gradients = torch.autograd.grad(loss(), parameters)
    torch.manual_seed(2)
    directions = [torch.randn_like(parameter) for parameter in parameters]
    expected = sum((g * d).sum() for g, d in zip(gradients, directions, strict=True))
    step, values = 1e-6, []
    for sign in (1, -1):
        with torch.no_grad():
            for parameter, direction in zip(parameters, directions, strict=True):
                parameter.add_(sign * step * direction)
            values.append(loss())
            for parameter, direction in zip(parameters, directions, strict=True):
                parameter.add_(-sign * step * direction)
    torch.testing.assert_close((values[0] - values[1]) / (2 * step), expected, rtol=1e-6, atol=1e-8)
    assert all((gradient != 0).any() for gradient in gradients)


def test_the_likelihood_is_that_of_a_gaussian() -> None:
    model = make("plain")
    out = model(*inputs())
    values = float(FRAMES.sum() * BANDS)
    for sigma in (1.0, 0.5):
        expected = (out.latent.square().sum() / (2 * sigma**2) - out.log_det.sum()) / values
        close(flowtron_losses(out, sigma=sigma).nll, expected)


def test_a_mixtures_density_is_the_sum_of_its_parts() -> None:
    model = make("learned")
    out = model(*inputs())
    assert out.mixture is not None
    weight, mean, variance = out.mixture.log_weight.exp(), out.mixture.mean, out.mixture.log_variance.exp()
    density = sum(
        weight[:, k, None, None]
        * torch.exp(-((out.latent - mean[:, :, k, None]) ** 2) / (2 * variance[:, :, k, None]))
        / variance[:, :, k, None].sqrt()
        for k in range(2)
    )
    close(out.mixture.log_density(out.latent), torch.log(density))


def test_the_gate_is_taught_to_close_at_the_last_frame() -> None:
    assert gate_target(torch.tensor([3, 1]), 4).tolist() == [[0, 0, 1, 1], [1, 1, 1, 1]]


def speak(model: Flowtron, sampling: Sampling, rows: slice = slice(None), **given: object) -> tuple[Tensor, Tensor]:
    tokens, lengths = inputs(rows)[:2]
    speech = model.generate(tokens, lengths, sampling, **given)  # type: ignore[arg-type]
    return speech.mel, speech.frames


@every
def test_a_batch_speaks_as_its_items_do(name: str) -> None:
    model = make(name)
    gate = 0.501 if name == "plain" else 0.5
    sampling = Sampling(sigma=0.7, gate=gate, longest=30, component=1 if name == "fixed" else None)
    if name == "learned":
        sampling = Sampling(sigma=0.7, centre=torch.zeros(BANDS, 1), longest=30)
    mel, frames = speak(model, sampling)
    for row in range(3):
        alone, count = speak(model, sampling, slice(row, row + 1))
        assert int(count[0]) == int(frames[row])
        close(mel[row : row + 1, :, : int(count[0])], alone)
        assert (mel[row, :, int(count[0]) :] == 0).all()


@every
def test_what_was_said_is_analysed_back_to_its_noise(name: str) -> None:
    model = make(name)
    tokens, lengths = inputs()[:2]
    noise = [torch.randn(BANDS, size, dtype=torch.float64) for size in (9, 4, 6)]
    sampling = Sampling(sigma=1.0, gate=None, centre=torch.zeros(BANDS, 1))
    speech = model.generate(tokens, lengths, sampling, noise=noise)
    assert speech.frames.tolist() == [9, 4, 6]
    out = model(tokens, lengths, speech.mel, speech.frames)
    for row, item in enumerate(noise):
        assert (out.latent[row, :, : item.shape[1]] - item).abs().max() <= 1e-10
    for said, heard in zip(speech.attention, out.attention, strict=True):
        close(said, heard)


@pytest.mark.parametrize("name", ["plain", "three"])
def test_a_longer_limit_changes_nothing_once_the_gate_has_closed(name: str) -> None:
    model = make(name)
    gate = quantile_of_gates(model)
    said = [speak(model, Sampling(gate=gate, longest=longest), slice(0, 1)) for longest in (40, 60)]
    assert torch.equal(said[0][1], said[1][1])
    assert said[0][1] < 40
    close(said[0][0], said[1][0])


def quantile_of_gates(model: Flowtron) -> float:
    """A threshold that some frame of a long utterance exceeds."""
    tokens, lengths = inputs(slice(0, 1))[:2]
    speech = model.generate(tokens, lengths, Sampling(gate=None, longest=40))
    gate = model(tokens, lengths, speech.mel, speech.frames).gate.detach()
    return float(gate.sigmoid().flatten()[4:30].max()) - 1e-9


def test_without_a_gate_the_greatest_length_is_reached_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    model = make("plain")
    with caplog.at_level(logging.WARNING):
        _, frames = speak(model, Sampling(gate=1.0, longest=8), slice(0, 1))
    assert frames.tolist() == [8]
    assert "reached the greatest length of 8 frames before the gate" in caplog.text
    caplog.clear()
    speak(model, Sampling(gate=None, longest=8), slice(0, 1))  # nobody asked the gate
    assert caplog.text == ""
    assert [greatest_length(tokens) for tokens in (0, 1, 100)] == [0, 96, 1680]


def test_seeds_sigma_and_centres_do_what_they_say() -> None:
    model = make("plain")
    say = lambda **given: speak(model, Sampling(gate=None, longest=9, **given), slice(0, 1))[0]  # noqa: E731
    assert torch.equal(say(), say())
    other = speak(model, Sampling(gate=None, longest=9), slice(0, 1), noise=5)[0]
    assert (other - say()).abs().max() > 0.1
    still = model(*inputs(slice(0, 1))[:2], say(sigma=0.0), torch.tensor([9]))
    assert still.latent.abs().max() < 1e-10
    centre = torch.full((BANDS, 4), 2.0)
    styled = model(*inputs(slice(0, 1))[:2], say(sigma=0.0, centre=centre), torch.tensor([9]))
    close(styled.latent, torch.full_like(styled.latent, 2.0))  # four frames, repeated to nine


def test_a_style_moves_the_latent_toward_its_recordings() -> None:
    model = make("plain")
    out = model(*inputs())
    latents = [out.latent[row, :, : int(FRAMES[row])] for row in range(3)]
    mean = style_mean(latents, "time-and-batch")
    assert mean.shape == (BANDS, 1)
    close(mean[:, 0], torch.stack([latent.mean(1) for latent in latents]).mean(0) * 30000 / 30001)
    course = style_mean(latents, "batch", frames=25)
    assert course.shape == (BANDS, 25)
    close(course[:, 20] * 30001 / 30000, (latents[0][:, 1] + latents[1][:, 8] + latents[2][:, 0]) / 3)
    weak = style_mean(latents, "time-and-batch", strength=3.0)
    close(weak, mean * 30001 / 30000 / 2)
    for wrong, message in (
        (lambda: style_mean([], "batch"), "at least one recording"),
        (lambda: style_mean(latents, "batch", strength=0.0), "strength = 0.0 must be above 0"),
    ):
        with pytest.raises(UsageError, match=message):
            wrong()


def test_mixture_components_are_spoken_from() -> None:
    model = make("fixed")
    assert model.prior is not None
    means = model.prior.fixed_mean
    assert isinstance(means, Tensor)
    assert sorted(means[0].sum(0).tolist()) == [2.0, 2.0, 2.0]
    for number in range(3):
        mel, frames = speak(model, Sampling(sigma=0.0, gate=None, longest=5, component=number), slice(0, 1))
        out = model(*inputs(slice(0, 1))[:2], mel, frames)
        close(out.latent, means[:, :, number, None].expand(1, BANDS, 5))
    drawn = {
        int(model(*inputs(slice(0, 1))[:2], *speak(model, quiet, slice(0, 1), noise=seed)).latent[0, :, 0].argmax())
        for quiet in [Sampling(sigma=0.0, gate=None, longest=2)]
        for seed in range(12)
    }
    assert len(drawn) == 3  # left to chance, every component has its turn
    with pytest.raises(UsageError, match="components 0 to 2; there is no 3"):
        speak(model, Sampling(component=3, longest=2))


def test_a_learned_mixture_is_taken_from_a_recording() -> None:
    model = make("learned")
    with pytest.raises(UsageError, match="tells its mixture from a recording"):
        speak(model, Sampling(longest=2), slice(0, 1))
    mixture = model(*inputs(slice(0, 1))).mixture
    assert mixture is not None
    sampling = Sampling(sigma=0.0, gate=None, longest=3, mixture=mixture, component=1)
    mel, frames = speak(model, sampling, slice(0, 1))
    latent = model(*inputs(slice(0, 1))[:2], mel, frames).latent
    torch.testing.assert_close(latent[0, :, 0], mixture.mean[0, :, 1], rtol=1e-5, atol=1e-6)


def test_forced_attention_is_followed_by_every_step() -> None:
    model = make("plain")
    tokens, lengths = inputs(slice(0, 1))[:2]
    path = torch.eye(7, dtype=torch.float64).repeat_interleave(2, dim=0)[None]  # two frames a token
    noise = [torch.randn(BANDS, 14, dtype=torch.float64)]
    sampling = Sampling(sigma=1.0, gate=None)
    speech = model.generate(tokens, lengths, sampling, noise=noise, forced=[path, path])
    for look in speech.attention:
        assert torch.equal(look, path)
    free = model.generate(tokens, lengths, sampling, noise=noise)
    assert (free.mel - speech.mel).abs().max() > 1e-3
    again = model.generate(tokens, lengths, sampling, noise=noise, forced=list(free.attention))
    close(again.mel, free.mel)


def test_speakers_are_checked_and_may_be_shared() -> None:
    model = make("plain", speakers=3)
    tokens, lengths = inputs()[:2]
    texts = [model.read(tokens, lengths, torch.full((3,), number)).text for number in range(3)]
    assert (texts[0] - texts[1]).abs().max() > 0.01
    for speaker, message in (
        (None, "has 3 speakers: name one for each item"),
        (torch.tensor([0]), "has 3 speakers: name one for each item"),
        (torch.tensor([0, 1, 3]), r"speakers 0 to 2; \[0, 1, 3\]"),
    ):
        with pytest.raises(UsageError, match=message):
            model.read(tokens, lengths, speaker)
    model.shared_speaker = True
    assert torch.equal(model.read(tokens, lengths, torch.tensor([0, 7, 2])).text, texts[0])
    assert torch.equal(model.read(tokens, lengths).text, texts[0])


def test_an_empty_text_has_no_frames_and_disturbs_nobody() -> None:
    model = make("plain")
    tokens, sampling = inputs()[0], Sampling(gate=None, longest=6)
    some = model.generate(tokens, torch.tensor([7, 0, 1]), sampling)
    assert some.frames.tolist() == [6, 0, 6]
    full = model.generate(tokens, TOKENS, sampling)
    close(some.mel[[0, 2]], full.mel[[0, 2]])
    none = model.generate(tokens, torch.tensor([0, 0, 0]), sampling)
    assert none.mel.shape == (3, BANDS, 0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"sigma": -0.1}, "sigma = -0.1 must be a number from 0 up"),
        ({"gate": 1.5}, "gate threshold = 1.5 must lie between 0 and 1"),
        ({"temperature": 0.0}, "attention temperature = 0.0 must be above 0"),
        ({"longest": 0}, "greatest length = 0 must be at least 1 frame"),
    ],
)
def test_impossible_samplings_are_refused(given: dict[str, float], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Sampling(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make_config", "message"),
    [
        (lambda: FlowtronConfig(flows=0), "flows = 0 must be at least 1"),
        (lambda: FlowtronConfig(text=5), "text = 5 must be even; 6 is"),
        (lambda: MixtureConfig(components=1), "components = 1 must be 0, the standard Gaussian, or at least 2"),
        (lambda: MixtureConfig(width=7), "width = 7 must be even; 8 is"),
    ],
)
def test_impossible_settings_are_refused(make_config: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_config()  # type: ignore[operator]


def test_a_new_model_is_the_identity_and_has_the_published_size() -> None:
    model = Flowtron(FLOWTRON_PRESETS["tiny"], vocabulary=VOCABULARY, bands=BANDS).eval()
    given = [value.float() if value.is_floating_point() else value for value in inputs()]
    out = model(*given)
    inside = given[2] * out.frame_mask
    assert torch.equal(out.latent, inside)
    with torch.device("meta"):
        base = Flowtron(FLOWTRON_PRESETS["base"], vocabulary=185, bands=80)
    assert sum(parameter.numel() for parameter in base.parameters()) == 60_977_473


def test_half_precision_stays_close_and_trains() -> None:
    model = make("plain", dtype=torch.float32).train()
    given = [value.float() if value.is_floating_point() else value for value in inputs()]
    whole = flowtron_losses(make("plain", dtype=torch.float32)(*given)).total(alignment=0.1)
    with torch.autocast("cpu", torch.bfloat16):
        out = model.eval()(*given)
        loss = flowtron_losses(out).total(alignment=0.1)
    assert loss.dtype == out.latent.dtype == torch.float32
    assert abs(float((loss - whole).detach())) < 0.02
    loss.backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in model.parameters())
