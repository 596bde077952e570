"""Glow-TTS reference outputs of Coqui's code: outputs, losses, gradients, initialisation, inference, forced alignment.

Coqui's tensors are (B, T, C); ours are brought to that. Two of its encoders let padding into shorter items: there only
items without padding are compared in the batch, every item is compared alone, and gradients are compared with finite
differences instead.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from glowvox.flows.actnorm import ActNorm
from glowvox.flows.base import walk
from glowvox.importers.coqui_names import idle, our_name, our_shape
from glowvox.importers.coqui_settings import model_config
from glowvox.models.glow_tts import GlowTTS, GlowTTSOutput, log_likelihood
from glowvox.models.likelihood import Counts, losses
from glowvox.nn.masks import expand, length_mask, token_of_frame
from glowvox.train.initialise import initialise_actnorm
from tests.golden.checks_glow_tts import HALF_LOG_TAU, Case, keep_intermediates
from tests.golden.differences import gradient_error
from tests.golden.result import Result, path_of

LEAKING = ("residual_conv_bn", "time_depth_separable")


class CoquiCase(Case):
    """One file of Coqui's."""

    name_of = staticmethod(our_name)
    shape_of = staticmethod(our_shape)

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.tokens, self.lengths = self.tensors["in/x"], self.tensors["in/x_lengths"]
        self.mel, self.frames = self.tensors["in/y"].transpose(1, 2).contiguous(), self.tensors["in/y_lengths"]
        self.speaker = self.tensors.get("in/speaker_ids", self.tensors.get("in/d_vectors"))
        self.leaking = self.meta["config"].get("encoder_type") in LEAKING
        self.whole = self.lengths == self.tokens.shape[1]  # items without padding

    def build(self) -> GlowTTS:
        """A model of the file's sizes."""
        config = model_config(self.meta["config"], where="metadata")
        speakers = self.meta["config"].get("num_speakers", 1) if config.speakers == "learned" else 1
        bands = self.meta["config"].get("out_channels", 80)
        return GlowTTS(config, vocabulary=self.meta["config"]["num_chars"], bands=bands, speakers=speakers or 1).eval()

    def _load(self, model: GlowTTS) -> None:
        for stored in [name for name in self.tensors if name.startswith("weights/")]:
            if reason := idle(stored.removeprefix("weights/")):
                self.add(stored, "skipped", reason)
                del self.tensors[stored]
        super()._load(model)
        if model.speaker_table is not None and "in/d_vectors" in self.tensors:
            # vectors that are given with each call need no table
            self.results = [result for result in self.results if result.tensor != "speaker_table.weight"]

    def rows(self, name: str, ours: Tensor, *, absolute: float, departs: bool, exact: bool = False) -> None:
        """Compare to a stored batch; where `departs`, items with padding are passed over, which is a departure."""
        if name not in self.tensors:
            return
        if not departs:
            if exact:
                self.same(name, ours)
            else:
                self.near(name, ours, absolute=absolute, relative=1e-5)
            return
        stored, first = self.tensors[name], len(self.results)
        self.tensors[name] = stored.reshape(len(self.lengths), *stored.shape[1:])[self.whole]
        self.rows(name, ours[self.whole], absolute=absolute, departs=False, exact=exact)
        self.tensors[name] = stored
        passed = (~self.whole).nonzero()[:, 0].tolist()
        result = self.results[first]
        if result.status == "ok":
            self.results[first] = result._replace(
                status="departed", detail=f"{result.detail}; items {passed} passed over"
            )


def check(path: Path) -> list[Result]:
    """Every tensor of a `glow_tts_coqui_*` file against our model."""
    case = CoquiCase(path)
    middle: dict[str, Tensor] = {}
    with keep_intermediates(case.model, middle):
        out: GlowTTSOutput = case.model(case.tokens, case.lengths, case.mel, case.frames, case.speaker)
    _check_forward(case, out)
    _check_intermediates(case, out, middle)
    _check_losses(case, out)
    _check_gradients(case, out)
    _check_initialisation(case)
    _check_forced(case, out)
    _check_batch_inference(case)
    for item in range(len(case.lengths)):
        _check_item(case, item)
    seen = {result.tensor for result in case.results}
    for name in sorted(case.tensors.keys() - seen):
        if not name.startswith(("weights/", "in/")):
            case.add(name, "skipped", "no counterpart in our model")
    return case.results


def _check_forward(case: CoquiCase, out: GlowTTSOutput) -> None:
    leaks = case.leaking
    encoded = case.model.encoder(case.tokens, out.token_mask, case.model.condition(case.speaker, len(case.tokens)))
    case.near("out/train/z", out.latent.transpose(1, 2), absolute=1e-5)
    case.near("out/train/logdet", out.log_det, absolute=1e-5, relative=1e-5)
    case.same("out/train/x_mask", out.token_mask)
    for name, ours in (
        ("y_mean", out.mean.transpose(1, 2)),
        ("y_log_scale", out.log_scale.transpose(1, 2)),
        ("durations_log", out.log_duration[:, :, None]),
        ("total_durations_log", out.log_target[:, :, None]),
        ("o_mean", encoded.mean),
        ("o_log_scale", encoded.log_scale),
    ):
        case.rows(f"out/train/{name}", ours, absolute=1e-5, departs=leaks)
    path = path_of(out.durations, out.latent.shape[2]).transpose(1, 2)
    case.rows("out/train/durations", out.durations, absolute=0, departs=leaks, exact=True)
    case.rows("out/train/alignments", path, absolute=0, departs=leaks, exact=True)


def _check_intermediates(case: CoquiCase, out: GlowTTSOutput, middle: dict[str, Tensor]) -> None:
    """Hidden values inside the masks; what the original leaves in the padding means nothing."""
    mask = out.token_mask
    encoded = case.model.encoder(case.tokens, mask, case.model.condition(case.speaker, len(case.tokens)))
    hidden = case.model.encoder.hidden(case.tokens, mask)
    middle["mid/encoder_out"] = hidden
    if case.model.encoder.postnet is not None:
        middle["mid/encoder_out"], middle["mid/postnet_out"] = middle["mid/last_layer_out"], hidden
    inside = mask.transpose(1, 2) * out.frame_mask
    middle["mid/logp"] = log_likelihood(out.latent, encoded.mean, encoded.log_scale).transpose(1, 2) * inside
    if "mid/logp" in case.tensors:
        case.tensors["mid/logp"] = case.tensors["mid/logp"] * inside
    for name in ("mid/encoder_out", "mid/postnet_out", "mid/prenet_out"):
        if name in case.tensors:
            case.tensors[name], middle[name] = case.tensors[name] * mask, middle[name] * mask
    for name, ours in middle.items():
        leaks = case.leaking and name in ("mid/logp", "mid/encoder_out", "mid/postnet_out")
        case.rows(name, ours, absolute=1e-5, departs=leaks)


def _check_losses(case: CoquiCase, out: GlowTTSOutput) -> None:
    loss = losses(out)
    theirs = loss.nll + (loss.nll - HALF_LOG_TAU) * (float(out.frame_mask.sum()) / float(case.frames.sum()) - 1)
    values = {
        "loss_mle_floored_lengths": loss.nll,
        "loss_dur": loss.duration,
        "log_mle": theirs,  # divided by their count
        "loss": theirs + loss.duration,
    }
    for name, ours in values.items():
        if case.leaking:
            case.add(f"out/train/{name}", "departed", f"ours {ours.item():.5f}, of items that padding does not reach")
        else:
            case.near(f"out/train/{name}", ours, absolute=1e-5)


def _check_gradients(case: CoquiCase, out: GlowTTSOutput) -> None:
    total = Counts(values=case.frames.sum() * out.latent.shape[1], tokens=out.token_mask.sum())  # as they divide
    case.model.zero_grad()
    losses(out, total).total.backward()
    ours = dict(case.model.named_parameters())
    norm = torch.stack([p.grad.norm() for p in ours.values() if p.grad is not None]).norm()
    differences = _differences(case, norm) if case.leaking else {}
    if not case.leaking:
        case.near("out/grad_global_l2norm", norm, relative=1e-3)
    for name in sorted(n for n in case.tensors if n.startswith("out/grad/")):
        mine = case.name_of(name[9:])
        if mine not in ours:
            case.add(name, "failed", "no parameter of ours has this name")
        elif case.leaking:
            case.add(name, *_judged(differences[mine]))
        else:
            stored, gradient = case.tensors[name], ours[mine].grad
            gradient = torch.zeros_like(ours[mine]) if gradient is None else gradient
            case.near(name, gradient.reshape(case.shape_of(mine, stored).shape), absolute=1e-7, relative=1e-3)


def _differences(case: CoquiCase, norm: Tensor) -> dict[str, float]:
    """Errors of all our gradients, the largest of them noted under the stored norm."""
    errors = gradient_error(case.model, (case.tokens, case.lengths, case.mel, case.frames, case.speaker))
    status, detail = _judged(max(errors.values()))
    detail = f"ours {norm.item():.5f}, of items that padding does not reach; of all {len(errors)} gradients {detail}"
    case.add("out/grad_global_l2norm", status, detail)
    return errors


def _judged(error: float) -> tuple[str, str]:
    status = "departed" if error <= 1e-5 else "failed"
    return status, f"ours is the float64 finite difference to {error:.1e}, allowed 1.0e-05"


def _check_initialisation(case: CoquiCase) -> None:
    model = case.build()
    model.load_state_dict(case.model.state_dict())
    initialise_actnorm(model, [(case.mel, case.frames, case.speaker)])
    for index, flow in enumerate(walk(model.decoder.chain)):
        if isinstance(flow, ActNorm):
            case.near(f"out/ddi/decoder.flows.{index}.logs", flow.log_scale, absolute=1e-5)
            case.near(f"out/ddi/decoder.flows.{index}.bias", flow.bias, absolute=1e-5)
    out = model(case.tokens, case.lengths, case.mel, case.frames, case.speaker)
    case.near("out/ddi/z", out.latent.transpose(1, 2), absolute=1e-5)
    case.near("out/ddi/logdet", out.log_det, absolute=1e-5, relative=1e-5)


@torch.no_grad()
def _check_forced(case: CoquiCase, out: GlowTTSOutput) -> None:
    """`inference_with_MAS`, whose decoded mel the original throws away, and `decoder_inference`."""
    cond = case.model.condition(case.speaker, len(case.tokens))
    again, _ = case.model.decoder.inverse(out.latent, out.frame_mask, cond)
    case.near("out/decoder_inference/model_outputs", again.transpose(1, 2), absolute=1e-4)
    place = "out/inference_with_MAS"
    mel = case.model.forced(out, case.speaker).transpose(1, 2)
    leaks = case.leaking
    case.rows(f"{place}/decoded_mel_not_returned_by_reference", mel, absolute=1e-4, departs=leaks)
    first = len(case.results)
    case.rows(f"{place}/model_outputs", out.mean.transpose(1, 2), absolute=1e-5, departs=leaks)
    for index, result in enumerate(case.results[first:], first):
        if result.status == "ok":
            detail = f"ours returns the decoded mel; our latent mean: {result.detail}"
            case.results[index] = result._replace(status="departed", detail=detail)
    path = path_of(out.durations, out.latent.shape[2]).transpose(1, 2)
    case.rows(f"{place}/alignments", path, absolute=0, departs=leaks, exact=True)
    for name, ours in (
        ("y_mean", out.mean.transpose(1, 2)),
        ("y_log_scale", out.log_scale.transpose(1, 2)),
        ("durations_log", out.log_duration[:, :, None]),
        ("total_durations_log", out.log_target[:, :, None]),
    ):
        case.rows(f"{place}/{name}", ours, absolute=1e-5, departs=leaks)


def _spoken(case: CoquiCase, inputs: tuple[Tensor, Tensor, Tensor | None], noise: Tensor) -> dict[str, Tensor]:
    """What `inference` gives for tokens, lengths and speakers; statistics keep the frames that no squeeze fills."""
    tokens, lengths, speaker = inputs
    speed = 1 / case.meta["length_scale"]
    speech = case.model.generate(
        tokens, lengths, speaker=speaker, variation=case.meta["inference_noise_scale"], speed=speed, noise=list(noise)
    )
    mask = length_mask(lengths, tokens.shape[1])
    encoded = case.model.encoder(tokens, mask, case.model.condition(speaker, len(tokens)))
    durations = case.model.lasting(encoded.log_duration, mask, speed=speed).long()
    size = int(durations.sum(1).max())
    index = token_of_frame(durations, size)
    inside = length_mask(durations.sum(1), size)
    return {
        "model_outputs": speech.mel.transpose(1, 2),
        "durations": durations,
        "durations_log": encoded.log_duration[:, :, None],
        "total_durations_log": (torch.log(1.0 + durations) * mask[:, 0])[:, :, None],
        "alignments": path_of(durations, size).transpose(1, 2),
        "y_mean": (expand(encoded.mean, index) * inside).transpose(1, 2),
        "y_log_scale": (expand(encoded.log_scale, index) * inside).transpose(1, 2),
    }


@torch.no_grad()
def _check_batch_inference(case: CoquiCase) -> None:
    """The padded batch, where the original lets every padded token last a frame: items without padding are compared."""
    if "in/infer/noise" not in case.tensors:
        return
    ours = _spoken(case, (case.tokens, case.lengths, case.speaker), case.tensors["in/infer/noise"])
    for name, value in ours.items():
        if f"out/infer/{name}" not in case.tensors:
            continue
        stored = case.tensors[f"out/infer/{name}"]
        if value.dim() == 3 and value.shape[1] < stored.shape[1]:  # as long as their longest item
            value = torch.nn.functional.pad(value, (0, 0, 0, stored.shape[1] - value.shape[1]))
        exact = name in ("durations", "alignments")
        case.rows(f"out/infer/{name}", value, absolute=1e-4, departs=not case.whole.all(), exact=exact)


@torch.no_grad()
def _check_item(case: CoquiCase, item: int) -> None:
    count = int(case.lengths[item])
    speaker = None if case.speaker is None else case.speaker[item : item + 1]
    inputs = (case.tokens[item : item + 1, :count], case.lengths[item : item + 1], speaker)
    encoded = case.model.encoder(inputs[0], torch.ones(1, 1, count), case.model.condition(speaker, 1))
    case.near(f"out/encoder_single{item}/o_mean", encoded.mean, absolute=1e-5)
    case.near(f"out/encoder_single{item}/o_log_scale", encoded.log_scale, absolute=1e-5)
    case.near(f"out/encoder_single{item}/durations_log", encoded.log_duration, absolute=1e-5)
    if f"out/infer_single{item}/crashes_in_reference" in case.tensors:
        speech = case.model.generate(*inputs[:2], speaker=speaker)
        finite = bool(torch.isfinite(speech.mel).all())
        detail = f"the original crashes on this item alone; ours speaks {int(speech.frames[0])} frames"
        case.add(f"out/infer_single{item}/crashes_in_reference", "departed" if finite else "failed", detail)
    if f"in/infer_single{item}/noise" not in case.tensors:
        return
    for name, value in _spoken(case, inputs, case.tensors[f"in/infer_single{item}/noise"]).items():
        place = f"out/infer_single{item}/{name}"
        if name in ("durations", "alignments"):
            case.same(place, value)
        else:
            case.near(place, value, absolute=1e-4 if name == "model_outputs" else 1e-5)
