"""Flowtron reference outputs: the model's outputs, losses, gradients, inference; other files go to their own checks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor, nn

from glowvox.importers.flowtron_names import our_name, our_shape
from glowvox.importers.flowtron_settings import DEFAULTS, model_config
from glowvox.models.attention_prior import AttentionPrior
from glowvox.models.flowtron import Flowtron, FlowtronOutput
from glowvox.models.flowtron_likelihood import flowtron_losses, gate_target
from glowvox.models.flowtron_sampling import Sampling
from glowvox.nn.location import LocationGate
from glowvox.nn.masks import length_mask
from glowvox.nn.recurrent import reverse
from tests.golden import checks_flowtron_parts, checks_flowtron_text
from tests.golden.checks_glow_tts import Case
from tests.golden.result import Result

LEAK = "with the original's leak of text padding put back"
POOLING = "with the original's mean over padded frames put back"
IGNORED = "with the prior taken away, which the original ignores here"
OF_ATTENTION = ("out/z", "out/gate", "out/log_s.?", "out/attn*.?", "out/loss_*", "grad*")
OF_MIXTURE = ("out/prob", "out/loss_nll", "out/loss_total", "grad*")
OF_LEARNED = ("out/mean", "out/log_var")


class FlowtronCase(Case):
    """One file: its tensors, its metadata, the model it describes, and the results so far."""

    def build(self) -> Flowtron:  # type: ignore[override]
        """A model of the file's sizes."""
        hyper = self.meta["hyperparameters"]
        table = {key: value for key, value in hyper.items() if key in DEFAULTS}
        return Flowtron(
            model_config(table, where="metadata"),
            vocabulary=hyper["n_text"],
            bands=hyper["n_mel_channels"],
            speakers=hyper["n_speakers"],
        ).eval()

    def _load(self, model: nn.Module) -> None:
        expected = model.state_dict()
        loaded: dict[str, Tensor] = {}
        for stored in sorted(name for name in self.tensors if name.startswith("weights/")):
            name = our_name(stored.removeprefix("weights/"))
            if name not in expected:
                self.add(stored, "failed", "no tensor of ours has this name")
                continue
            value = our_shape(name, self.tensors[stored]).to(torch.float32)
            if value.shape != expected[name].shape:
                self.add(stored, "failed", f"shape {tuple(value.shape)}, ours {tuple(expected[name].shape)}")
            elif name in loaded and not torch.equal(loaded[name], value):
                self.add(stored, "failed", f"stored twice, and not alike: {name}")
            else:
                loaded[name] = value
                self.add(stored, "ok", f"loaded as {name}")
        for name in expected.keys() - loaded.keys():
            self.add(name, "failed", "a tensor of ours that the file does not fill")
        model.load_state_dict(loaded, strict=False)

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """Tokens, their lengths, mels, their lengths, speakers."""
        return tuple(self.tensors[f"in/{name}"] for name in ("text", "in_lens", "mel", "out_lens", "speaker_ids"))

    def depart(self, first: int, reason: str, concerned: Sequence[str]) -> None:
        """Turn what has been found well since `first` into departures, where a defect had to be put back for it."""
        self.results[first:] = [
            result._replace(status="departed", detail=f"{reason}: {result.detail}")
            if result.status == "ok" and any(fnmatchcase(result.tensor, pattern) for pattern in concerned)
            else result
            for result in self.results[first:]
        ]


def check(path: Path) -> list[Result]:
    """Every tensor of a `flowtron_*` file against our code."""
    if path.name.startswith("flowtron_text_ids"):
        return checks_flowtron_text.check(path)
    with safe_open(path, "pt") as file:
        meta = json.loads(file.metadata()["meta"])
    if "hyperparameters" not in meta:
        return checks_flowtron_parts.check(path)
    case = FlowtronCase(path)
    _check_inputs(case)
    _check_training(case)
    _check_inference(case)
    seen = {result.tensor for result in case.results}
    for name in sorted(case.tensors.keys() - seen):
        if not name.startswith(("weights/", "in/")):
            case.add(name, "skipped", "no counterpart in our model")
    return case.results


def _check_inputs(case: FlowtronCase) -> None:
    tokens, lengths, mel, frames, _ = case.inputs
    case.near("in/gate_target", gate_target(frames, mel.shape[2]))
    prior = AttentionPrior(scale=case.meta["betab_scaling_factor"]).batch(lengths, frames)
    case.near("in/attn_prior", prior[:, :, : tokens.shape[1]], absolute=1e-6)


def _check_training(case: FlowtronCase) -> None:
    """Outputs, losses and gradients; where the original has a defect, with the defect put back from outside."""
    hyper = case.meta["hyperparameters"]
    prior = case.tensors.get("in/attn_prior")
    if hyper["use_cumm_attention"]:
        _check_whole_items(case)
    first, ignored = len(case.results), hyper["use_cumm_attention"] and prior is not None
    if hyper["use_cumm_attention"]:
        prior = None
    with _defects(case):
        out: FlowtronOutput = case.model(*case.inputs, prior)
        _check_outputs(case, out)
        _check_losses(case, out)
    if hyper["use_cumm_attention"]:
        case.depart(first, f"{LEAK}, {IGNORED}" if ignored else LEAK, OF_ATTENTION)
    if hyper["n_components"]:
        case.depart(first, POOLING, OF_MIXTURE if hyper["fixed_gaussian"] else (*OF_MIXTURE, *OF_LEARNED))


@contextmanager
def _defects(case: FlowtronCase) -> Iterator[None]:
    """The original's dependence on a batch's padding, put back from outside for the comparison."""
    frames, size = case.tensors["in/out_lens"], case.tensors["in/mel"].shape[2]
    handles = [
        gate.register_forward_pre_hook(lambda _, given: (given[0], torch.ones_like(given[1])))
        for gate in case.model.modules()
        if isinstance(gate, LocationGate)
    ]
    if case.model.prior is not None:
        encoder = case.model.prior.encoder
        handles.append(encoder.register_forward_hook(lambda _, __, found: found * (frames / size)[:, None, None]))
    yield
    for handle in handles:
        handle.remove()


def _check_whole_items(case: FlowtronCase) -> None:
    """With cumulative attention: the items that fill the batch's text are the original's with no defect put back."""
    lengths, size = case.tensors["in/in_lens"], case.tensors["in/text"].shape[1]
    whole = lengths == size
    with torch.no_grad():
        out = case.model(*case.inputs, None)
    mask = out.frame_mask * whole[:, None, None]
    stored = case.tensors["out/z"].permute(1, 2, 0)
    error = float(((out.latent - stored) * mask).abs().max())
    status = "ok" if error <= 2e-5 * max(1.0, float((stored * mask).abs().max())) else "failed"
    case.add("out/z (items without padding)", status, f"error {error:.1e}")


def _check_outputs(case: FlowtronCase, out: FlowtronOutput) -> None:
    tokens, lengths, _, frames, speaker = case.inputs
    text = case.model.read(tokens, lengths, speaker).text
    width = case.tensors["out/encoder_outputs"].shape[2]
    _near(case, "out/encoder_outputs", text[:, :width].transpose(1, 2))
    _inside(case, "out/z", out.latent.permute(2, 0, 1))
    if out.gate is not None:
        _inside(case, "out/gate", out.gate.permute(2, 0, 1))
    for number, scales in enumerate(_log_scales(case, out)):
        _inside(case, f"out/log_s.{number}", _told(scales, number, frames).permute(2, 0, 1))
    for number, (look, scores) in enumerate(zip(out.attention, out.log_attention, strict=True)):
        _inside(case, f"out/attn.{number}", _turned(look, number, frames), frames_first=False)
        _inside(case, f"out/attn_logprob.{number}", _turned(scores, number, frames), frames_first=False)
    if out.mixture is not None:
        _near(case, "out/prob", out.mixture.log_weight.exp())
        _near(case, "out/mean", out.mixture.mean)
        _near(case, "out/log_var", out.mixture.log_variance)


def _log_scales(case: FlowtronCase, out: FlowtronOutput) -> Sequence[Tensor]:
    """The log-scales (B, M, T) of every step, in real time; checks that they add up to the log-determinant."""
    memory = _memory(case)
    x, found = case.inputs[2] * out.frame_mask, []
    for step in case.model.steps:
        analysis = step.analyse(x, out.frame_mask, memory)
        x = analysis.latent
        found.append(analysis.log_scale)
    total = torch.stack(found).sum(dim=(0, 2, 3))
    torch.testing.assert_close(total, out.log_det)
    return found


def _memory(case: FlowtronCase) -> Any:
    tokens, lengths, _, _, speaker = case.inputs
    prior = None if case.meta["hyperparameters"]["use_cumm_attention"] else case.tensors.get("in/attn_prior")
    return case.model.read(tokens, lengths, speaker)._replace(prior=prior)


def _told(x: Tensor, number: int, frames: Tensor) -> Tensor:
    """(B, C, T) in real time → in the order in which the original stores step `number`."""
    return _turned(x.transpose(1, 2), number, frames).transpose(1, 2)


def _turned(x: Tensor, number: int, frames: Tensor) -> Tensor:
    return reverse(x, frames) if number % 2 else x


def _near(case: FlowtronCase, name: str, ours: Tensor) -> None:
    """As the README suggests: 2e-5 of the largest value, or of one where that is larger."""
    case.near(name, ours, absolute=2e-5, relative=2e-5)


def _inside(case: FlowtronCase, name: str, ours: Tensor, *, frames_first: bool = True) -> None:
    """Compare within the frames of each item; ours is zero beyond them."""
    if name not in case.tensors:
        return
    frames, size = case.tensors["in/out_lens"], case.tensors["in/mel"].shape[2]
    inside = length_mask(frames, size)[:, 0]  # (B, T)
    inside = inside.T[:, :, None] if frames_first else inside[:, :, None]
    stored = case.tensors[name]
    case.tensors[name] = stored * inside
    _near(case, name, ours)
    case.tensors[name] = stored
    if bool((stored * (1 - inside) != 0).any()):
        case.add(f"{name} (padding)", "departed", "zero here; the original leaves what the last layer says of nothing")


def _check_losses(case: FlowtronCase, out: FlowtronOutput) -> None:
    loss = flowtron_losses(out, sigma=case.meta["sigma"], blank=case.meta["blank_logprob"])
    total = loss.total(alignment=case.meta["ctc_loss_weight"])
    for name, ours in (("nll", loss.nll), ("gate", loss.gate), ("ctc", loss.alignment), ("total", total)):
        _near(case, f"out/loss_{name}", ours)
    case.model.zero_grad()
    total.backward()
    ours = dict(case.model.named_parameters())
    for name in sorted(n for n in case.tensors if n.startswith("grad/")):
        mine = our_name(name.removeprefix("grad/"))
        if mine not in ours:
            case.add(name, "failed", "no parameter of ours has this name")
            continue
        case.near(name, _gradient(ours[mine]), absolute=1e-5, relative=1e-4)
    for name, norm in case.meta.get("grad_norms", {}).items():
        mine = our_name(name)
        label = f"grad_norms/{name}"
        if mine not in ours:
            case.add(label, "failed", "no parameter of ours has this name")
        else:
            found = float(_gradient(ours[mine]).norm())
            status = "ok" if abs(found - norm) <= 2e-5 + 1e-4 * abs(norm) else "failed"
            case.add(label, status, f"{found:.6g}, stored {norm:.6g}")


def _gradient(parameter: Tensor) -> Tensor:
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad


def _check_inference(case: FlowtronCase) -> None:
    if "in/infer_residual" not in case.tensors:
        return
    threshold = case.tensors.get("in/infer_gate_threshold")
    for suffix, gate in (("_nogate", None), ("", None if threshold is None else float(threshold))):
        if f"out/infer_mel{suffix}" not in case.tensors:
            continue
        speech = _speak(case, gate)
        stored = case.tensors[f"out/infer_mel{suffix}"]
        case.add(f"out/infer_mel{suffix} (frames)", *_same(speech.mel.shape[2], stored.shape[2]))
        _near(case, f"out/infer_mel{suffix}", speech.mel)
        for back, look in enumerate(reversed(speech.attention)):
            number = len(speech.attention) - 1 - back
            _near(case, f"out/infer_attn{suffix}.{back}", _turned(look, number, speech.frames)[0])
    _check_way_back(case)


def _speak(case: FlowtronCase, gate: float | None) -> Any:
    residual = case.tensors["in/infer_residual"]
    tokens = case.tensors["in/infer_text"]
    return case.model.generate(
        tokens,
        torch.tensor([tokens.shape[1]]),
        Sampling(sigma=1.0, gate=gate, temperature=case.meta["temperature"], centre=torch.zeros(residual.shape[1], 1)),
        speaker=case.tensors["in/infer_speaker_ids"],
        noise=[residual[0]],
        prior=case.tensors.get("in/infer_attn_prior"),
    )


def _same(ours: int, stored: int) -> tuple[Any, str]:
    return ("ok" if ours == stored else "failed"), f"{ours}, stored {stored}"


def _check_way_back(case: FlowtronCase) -> None:
    """From the original's ungated mel to the latent, and what the gate says on the way."""
    mel, tokens = case.tensors["out/infer_mel_nogate"], case.tensors["in/infer_text"]
    memory = case.model.read(tokens, torch.tensor([tokens.shape[1]]), case.tensors["in/infer_speaker_ids"])
    memory = memory._replace(prior=case.tensors.get("in/infer_attn_prior"), temperature=case.meta["temperature"])
    mask, gate = torch.ones(1, 1, mel.shape[2]), None
    with torch.no_grad():
        for step in case.model.steps:
            found = step.analyse(mel, mask, memory)
            mel, gate = found.latent, found.gate
    _near(case, "out/roundtrip_z", mel)
    if gate is not None:
        _near(case, "out/infer_gate_prob", gate.sigmoid()[0, 0])
