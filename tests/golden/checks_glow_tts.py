"""Glow-TTS reference outputs of the authors' code: outputs, losses, gradients, initialisation, inference."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor

from glowvox.flows.actnorm import ActNorm
from glowvox.flows.base import walk
from glowvox.importers.glow_tts_names import our_name, our_shape, translate
from glowvox.models.glow_tts import GlowTTS, GlowTTSOutput, log_likelihood
from glowvox.models.glow_tts_config import DecoderConfig, DurationConfig, EncoderConfig, GlowTTSConfig
from glowvox.models.likelihood import losses
from glowvox.nn.masks import length_mask
from glowvox.train.initialise import initialise_actnorm
from tests.golden.result import Result


class Case:
    """One file: its tensors, its metadata, the model it describes, and the results so far."""

    def __init__(self, path: Path) -> None:
        with safe_open(path, "pt") as file:
            self.meta: dict[str, Any] = json.loads(file.metadata()["meta"])
            self.tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
        self.results: list[Result] = []
        self.model = self._build()

    def _build(self) -> GlowTTS:
        hyper = self.meta["hyperparameters"]
        hidden = hyper["hidden_channels"]
        config = GlowTTSConfig(
            encoder=EncoderConfig(
                width=hyper.get("hidden_channels_enc") or hidden,
                feed_forward=hyper["filter_channels"],
                layers=hyper.get("n_layers_enc", 6),
                heads=hyper["n_heads"],
                kernel=hyper["kernel_size"],
                window=hyper.get("window_size"),
                prenet=hyper.get("prenet", False),
                dropout=hyper["p_dropout"],
            ),
            duration=DurationConfig(width=hyper["filter_channels_dp"], dropout=hyper["p_dropout"]),
            decoder=DecoderConfig(
                blocks=hyper.get("n_blocks_dec", 12),
                width=hyper.get("hidden_channels_dec") or hidden,
                layers=hyper.get("n_block_layers", 4),
                kernel=hyper.get("kernel_size_dec", 5),
                dilation_rate=hyper.get("dilation_rate", 5),
                squeeze=hyper.get("n_sqz", 1),
                splits=hyper.get("n_split", 4),
                sigmoid_scale=hyper.get("sigmoid_scale", False),
                dropout=hyper.get("p_dropout_dec", 0.0),
            ),
            mean_only=hyper.get("mean_only", False),
            speaker_width=hyper.get("gin_channels", 0) or 1,
        )
        model = GlowTTS(
            config,
            vocabulary=self.meta["n_vocab"],
            bands=self.meta["out_channels"],
            speakers=max(1, hyper.get("n_speakers", 0)),
        )
        state = {name[8:]: tensor for name, tensor in self.tensors.items() if name.startswith("weights/")}
        ours, unknown = translate(state)
        expected = model.state_dict()
        for name in unknown:
            self.add(f"weights/{name}", "failed", "no tensor of ours has this name")
        missing = expected.keys() - ours.keys()
        self.add(
            "weights", "failed" if missing else "ok", f"missing {sorted(missing)}" if missing else f"{len(ours)} loaded"
        )
        model.load_state_dict(ours, strict=not missing)
        return model.eval()

    def add(self, tensor: str, status: Any, detail: str) -> None:
        """Note one result."""
        self.results.append(Result(tensor, status, detail))

    def near(self, name: str, ours: Tensor, *, absolute: float = 0.0, relative: float = 0.0) -> None:
        """Compare to a stored tensor: |difference| ≤ absolute + relative · max|stored|."""
        stored = self.tensors[name].double()
        ours = ours.detach().double()
        if ours.shape != stored.shape:
            ours = ours.reshape(stored.shape) if ours.numel() == stored.numel() else ours
        if ours.shape != stored.shape:
            self.add(name, "failed", f"shape {tuple(ours.shape)}, expected {tuple(stored.shape)}")
            return
        error = float((ours - stored).abs().max()) if stored.numel() else 0.0
        bound = absolute + relative * (float(stored.abs().max()) if stored.numel() else 0.0)
        self.add(name, "ok" if error <= bound else "failed", f"error {error:.1e}, allowed {bound:.1e}")

    def same(self, name: str, ours: Tensor) -> None:
        """Compare whole numbers to a stored tensor."""
        stored = self.tensors[name]
        wrong = (
            int((ours.to(stored.dtype).reshape(stored.shape) != stored).sum()) if ours.numel() == stored.numel() else -1
        )
        self.add(
            name, "ok" if wrong == 0 else "failed", "exact" if wrong == 0 else f"{wrong} of {stored.numel()} differ"
        )


def check(path: Path) -> list[Result]:
    """Every tensor of a `glow_tts_authors_*` file against our model."""
    case = Case(path)
    speaker = case.tensors.get("in/speaker_ids")
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


def _forward_with_intermediates(model: GlowTTS, inputs: tuple[Any, ...], middle: dict[str, Tensor]) -> GlowTTSOutput:
    handles = [
        flow.register_forward_hook(_hook(middle, f"mid/flow{index:02d}"))
        for index, flow in enumerate(walk(model.decoder.chain))
    ]
    attention = model.encoder.layers[0].attention
    handles.append(attention.register_forward_hook(_hook(middle, "mid/attn0")))
    if model.encoder.prenet is not None:
        handles.append(model.encoder.prenet.register_forward_hook(_hook(middle, "mid/prenet")))
    out: GlowTTSOutput = model(*inputs)
    for handle in handles:
        handle.remove()
    tokens, lengths = inputs[0], inputs[1]
    mask = length_mask(lengths, tokens.shape[1])
    encoded = model.encoder(tokens, mask, model.condition(inputs[4], len(tokens)))
    middle["mid/encoder_out"] = model.encoder.hidden(tokens, mask)
    score = log_likelihood(out.latent, encoded.mean, encoded.log_scale).transpose(1, 2)
    middle["mid/logp"] = score * out.frame_mask * mask.transpose(1, 2)
    middle["out/train/x_m"], middle["out/train/x_logs"] = encoded.mean, encoded.log_scale
    return out


def path_of(durations: Tensor, frames: int) -> Tensor:
    """Durations (B, N) → the 0/1 path (B, N, T)."""
    ends = durations.cumsum(1)[:, :, None]
    time = torch.arange(frames)
    return ((time < ends) & (time >= ends - durations[:, :, None])).float()


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
    fresh = Case.__new__(Case)
    fresh.meta, fresh.tensors, fresh.results = case.meta, case.tensors, []
    model = fresh._build()
    tokens, lengths, mel, frames, speaker = inputs
    initialise_actnorm(model, [(mel, frames, speaker)])
    for index, flow in enumerate(walk(model.decoder.chain)):
        if isinstance(flow, ActNorm):
            case.near(f"out/ddi/decoder.flows.{index}.logs", flow.log_scale, absolute=1e-5)
            case.near(f"out/ddi/decoder.flows.{index}.bias", flow.bias, absolute=1e-5)
    out = model(*inputs)
    case.near("out/ddi/z", out.latent, absolute=1e-4)
    case.near("out/ddi/logdet", out.log_det, relative=1e-5, absolute=1e-3)


def _check_inference(case: Case, inputs: tuple[Any, ...]) -> None:
    tokens, lengths, _, _, speaker = inputs
    speech = case.model.generate(
        tokens,
        lengths,
        speaker=speaker,
        variation=case.meta["noise_scale"],
        speed=1 / case.meta["length_scale"],
        noise=list(case.tensors["in/infer/noise"]),
    )
    mask = length_mask(lengths, tokens.shape[1])
    encoded = case.model.encoder(tokens, mask, case.model.condition(speaker, len(tokens)))
    size = speech.mel.shape[2]
    path = path_of(speech.durations, size)
    case.near("out/infer/y", speech.mel, absolute=1e-4)
    case.same("out/infer/y_lengths", speech.frames)
    case.near("out/infer/logw", speech.log_duration, absolute=1e-5)
    case.same("out/infer/attn", path)
    case.same("out/infer/z_mask", length_mask(speech.frames, size))
    case.near("out/infer/z_m", encoded.mean @ path, absolute=1e-5)
    case.near("out/infer/z_logs", encoded.log_scale @ path, absolute=1e-5)
    case.near("out/infer/logw_from_attn", torch.log(1e-8 + path.sum(2)) * mask[:, 0], absolute=1e-5)
    wanted = torch.ceil(speech.log_duration.exp() * mask[:, 0] * case.meta["length_scale"])
    stored = case.tensors["out/infer/durations"]
    case.same("out/infer/durations", speech.durations if torch.equal(stored.long(), speech.durations) else wanted)
