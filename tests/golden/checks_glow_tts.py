"""Glow-TTS reference outputs of the authors' code: outputs, losses, gradients, initialisation, inference."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor

from glowvox.flows.actnorm import ActNorm
from glowvox.flows.base import walk
from glowvox.importers.glow_tts_names import our_name, our_shape
from glowvox.importers.glow_tts_settings import DEFAULTS, REQUIRED, model_config
from glowvox.models.glow_tts import GlowTTS, GlowTTSOutput, log_likelihood
from glowvox.models.likelihood import losses
from glowvox.nn.masks import length_mask
from glowvox.train.initialise import initialise_actnorm
from tests.golden.result import Result, path_of

HALF_LOG_TAU = 0.5 * math.log(2 * math.pi)


class Case:
    """One file: its tensors, its metadata, the model it describes, and the results so far."""

    name_of = staticmethod(our_name)
    shape_of = staticmethod(our_shape)

    def __init__(self, path: Path) -> None:
        with safe_open(path, "pt") as file:
            self.meta: dict[str, Any] = json.loads(file.metadata()["meta"])
            self.tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - a safe_open file is no mapping
        self.results: list[Result] = []
        self.model = self.build()
        self._load(self.model)

    def build(self) -> GlowTTS:
        """A model of the file's sizes; settings the file leaves out have the original constructor's defaults."""
        hyper = self.meta["hyperparameters"]
        table = {key: value for key, value in hyper.items() if key in DEFAULTS or key in REQUIRED}
        return GlowTTS(
            model_config(table, where="metadata"),
            vocabulary=self.meta["n_vocab"],
            bands=self.meta["out_channels"],
            speakers=max(1, hyper.get("n_speakers", 0)),
        ).eval()

    def _load(self, model: GlowTTS) -> None:
        expected = model.state_dict()
        loaded: dict[str, Tensor] = {}
        for stored in sorted(name for name in self.tensors if name.startswith("weights/")):
            name = self.name_of(stored.removeprefix("weights/"))
            if name not in expected:
                self.add(stored, "failed", "no tensor of ours has this name")
                continue
            loaded[name] = self.shape_of(name, self.tensors[stored]).to(torch.float32)
            if loaded[name].shape == expected[name].shape:
                self.add(stored, "ok", f"loaded as {name}")
            else:
                self.add(stored, "failed", f"shape {tuple(loaded.pop(name).shape)}, ours {tuple(expected[name].shape)}")
        for name in expected.keys() - loaded.keys():
            self.add(name, "failed", "a tensor of ours that the file does not fill")
        model.load_state_dict(loaded, strict=False)

    def add(self, tensor: str, status: Any, detail: str) -> None:
        """Note one result."""
        self.results.append(Result(tensor, status, detail))

    def near(self, name: str, ours: Tensor, *, absolute: float = 0.0, relative: float = 0.0) -> None:
        """Compare to a stored tensor, where there is one: |difference| ≤ absolute + relative · max|stored|.

        The bound is never less than eight float32 spacings of the largest value, which no two orders of summation keep.
        """
        if name not in self.tensors:
            return
        stored, ours = self.tensors[name].double(), ours.detach().double()
        if ours.numel() != stored.numel():
            self.add(name, "failed", f"shape {tuple(ours.shape)}, expected {tuple(stored.shape)}")
            return
        largest = float(stored.abs().max()) if stored.numel() else 0.0
        error = float((ours.reshape(stored.shape) - stored).abs().max()) if stored.numel() else 0.0
        bound = max(absolute + relative * largest, 8 * torch.finfo(torch.float32).eps * largest)
        self.add(name, "ok" if error <= bound else "failed", f"error {error:.1e}, allowed {bound:.1e}")

    def same(self, name: str, ours: Tensor) -> None:
        """Compare whole numbers to a stored tensor, where there is one."""
        if name not in self.tensors:
            return
        stored = self.tensors[name]
        if ours.numel() != stored.numel():
            self.add(name, "failed", f"shape {tuple(ours.shape)}, expected {tuple(stored.shape)}")
            return
        wrong = int((ours.to(stored.dtype).reshape(stored.shape) != stored).sum())
        self.add(name, "failed" if wrong else "ok", f"{wrong} of {stored.numel()} differ" if wrong else "exact")


def check(path: Path) -> list[Result]:
    """Every tensor of a `glow_tts_authors_*` file against our model."""
    case = Case(path)
    speaker = case.tensors.get("in/speaker_ids")  # absent where there is one
    inputs = (*(case.tensors[f"in/{name}"] for name in ("x", "x_lengths", "y", "y_lengths")), speaker)
    middle: dict[str, Tensor] = {}
    out = _forward_with_intermediates(case.model, inputs, middle)
    _check_training(case, out)
    for name, ours in middle.items():
        if name in case.tensors:
            case.near(name, ours, absolute=1e-5, relative=1e-5)
    _check_initialisation(case, inputs)
    _check_inference(case, inputs)
    seen = {result.tensor for result in case.results}
    for name in sorted(case.tensors.keys() - seen):
        if not name.startswith(("weights/", "in/")):
            case.add(name, "skipped", "no counterpart in our model")
    return case.results


def _hook(middle: dict[str, Tensor], name: str) -> Callable[..., None]:
    def keep(_module: Any, _inputs: Any, output: Any) -> None:
        if isinstance(output, tuple):
            middle[f"{name}_out"], middle[f"{name}_logdet"] = output
        else:
            middle[f"{name}_out"] = output

    return keep


@contextmanager
def keep_intermediates(model: GlowTTS, middle: dict[str, Tensor]) -> Iterator[None]:
    """Fill `middle` with what flows, the first attention, the prenet and the last layer of the encoder give."""
    handles = [
        flow.register_forward_hook(_hook(middle, f"mid/flow{index:02d}"))
        for index, flow in enumerate(walk(model.decoder.chain))
    ]
    for name, module in (
        ("mid/attn0", getattr(model.encoder.layers[0], "attention", None)),
        ("mid/prenet", model.encoder.prenet),
        ("mid/last_layer", model.encoder.layers[-1]),
    ):
        if module is not None:
            handles.append(module.register_forward_hook(_hook(middle, name)))
    yield
    for handle in handles:
        handle.remove()


def _forward_with_intermediates(model: GlowTTS, inputs: tuple[Any, ...], middle: dict[str, Tensor]) -> GlowTTSOutput:
    with keep_intermediates(model, middle):
        out: GlowTTSOutput = model(*inputs)
    tokens, lengths = inputs[0], inputs[1]
    mask = length_mask(lengths, tokens.shape[1])
    encoded = model.encoder(tokens, mask, model.condition(inputs[4], len(tokens)))
    middle["mid/encoder_out"] = model.encoder.hidden(tokens, mask)
    score = log_likelihood(out.latent, encoded.mean, encoded.log_scale).transpose(1, 2)
    middle["mid/logp"] = score * out.frame_mask * mask.transpose(1, 2)
    middle["out/train/x_m"], middle["out/train/x_logs"] = encoded.mean, encoded.log_scale
    return out


def _check_training(case: Case, out: GlowTTSOutput) -> None:
    for name, ours in (
        ("z", out.latent),
        ("z_m", out.mean),
        ("z_logs", out.log_scale),
        ("logw", out.log_duration),
        ("logw_target", torch.log(1e-8 + out.durations) * out.token_mask[:, 0]),
    ):
        case.near(f"out/train/{name}", ours, absolute=1e-5)
    case.near("out/train/logdet", out.log_det, absolute=1e-5, relative=1e-5)
    case.same("out/train/durations", out.durations)
    case.same("out/train/attn", path_of(out.durations, out.latent.shape[2]))
    case.same("out/train/x_mask", out.token_mask)
    case.same("out/train/z_mask", out.frame_mask)
    loss = losses(out)
    case.near("out/train/loss_mle", loss.nll, absolute=1e-5)
    case.near("out/train/loss_dur", loss.duration, absolute=1e-5)
    case.near("out/train/loss", loss.total, absolute=1e-5)
    case.model.zero_grad()
    loss.total.backward()
    ours = dict(case.model.named_parameters())
    norm = torch.stack([p.grad.norm() for p in ours.values() if p.grad is not None]).norm()
    case.near("out/grad_global_l2norm", norm, relative=1e-3)
    for name in sorted(n for n in case.tensors if n.startswith("out/grad/")):
        mine = our_name(name[9:])
        if mine not in ours:
            case.add(name, "failed", "no parameter of ours has this name")
            continue
        gradient = ours[mine].grad
        stored = case.tensors[name]
        gradient = torch.zeros_like(ours[mine]) if gradient is None else gradient
        case.near(name, gradient.reshape(our_shape(mine, stored).shape), absolute=1e-7, relative=1e-3)


def _check_initialisation(case: Case, inputs: tuple[Any, ...]) -> None:
    model = case.build()
    model.load_state_dict(case.model.state_dict())
    _, _, mel, frames, speaker = inputs
    initialise_actnorm(model, [(mel, frames, speaker)])
    for index, flow in enumerate(walk(model.decoder.chain)):
        if isinstance(flow, ActNorm):
            case.near(f"out/ddi/decoder.flows.{index}.logs", flow.log_scale, absolute=1e-5)
            case.near(f"out/ddi/decoder.flows.{index}.bias", flow.bias, absolute=1e-5)
    out = model(*inputs)
    case.near("out/ddi/z", out.latent, absolute=1e-5)
    case.near("out/ddi/logdet", out.log_det, relative=1e-5)


def _check_inference(case: Case, inputs: tuple[Any, ...]) -> None:
    if "in/infer/noise" not in case.tensors:
        return
    tokens, lengths, _, _, speaker = inputs
    scale = case.meta["length_scale"]
    speech = case.model.generate(
        tokens,
        lengths,
        speaker=speaker,
        variation=case.meta["noise_scale"],
        speed=1 / scale,
        noise=list(case.tensors["in/infer/noise"]),
    )
    mask = length_mask(lengths, tokens.shape[1])
    encoded = case.model.encoder(tokens, mask, case.model.condition(speaker, len(tokens)))
    kept = _emptied(case)
    frames = torch.where(kept, speech.frames, 0)
    size = speech.mel.shape[2]
    frame_mask = length_mask(frames, size)
    path = path_of(speech.durations, size) * frame_mask
    first = len(case.results)
    case.near("out/infer/y", speech.mel * frame_mask, absolute=1e-4)
    case.same("out/infer/y_lengths", frames)
    case.near("out/infer/logw", speech.log_duration, absolute=1e-5)
    case.same("out/infer/attn", path)
    case.same("out/infer/z_mask", frame_mask)
    case.near("out/infer/z_m", encoded.mean @ path, absolute=1e-5)
    case.near("out/infer/z_logs", encoded.log_scale @ path, absolute=1e-5)
    case.near("out/infer/logw_from_attn", torch.log(1e-8 + path.sum(2)) * mask[:, 0], absolute=1e-5)
    case.same("out/infer/durations", torch.ceil(speech.log_duration.exp() * mask[:, 0] * scale))  # before the cut
    if not kept.all():
        left_out = f"; items {(~kept).nonzero()[:, 0].tolist()} have no frames in the original"
        case.results[first:] = [
            result._replace(status="departed", detail=result.detail + left_out) if result.status == "ok" else result
            for result in case.results[first:]
        ]


def _emptied(case: Case) -> Tensor:
    """Which items of the original's inference have frames: it floors those shorter than a squeezed column to none."""
    return case.tensors["out/infer/y_lengths"] > 0
