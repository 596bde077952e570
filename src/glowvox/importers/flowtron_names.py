"""The tensor names of published Flowtron checkpoints, and ours for the same tensors."""

from __future__ import annotations

import re
from collections.abc import Iterable

from torch import Tensor

from glowvox.importers.renaming import renamed

_ENCODER = (
    (r"convolutions\.(\d+)\.0\.conv\.(weight|bias)", r"convolutions.\1.\2"),
    (r"convolutions\.(\d+)\.1\.weight", r"norms.\1.scale"),
    (r"convolutions\.(\d+)\.1\.bias", r"norms.\1.shift"),
    (r"lstm\.(.+)_l0_reverse", r"lstm.backward_in_time.\1_l0"),
    (r"lstm\.(.+_l0)", r"lstm.onward.\1"),
)
_STEP = (
    (r"attention_lstm\.(.+)", r"attention_lstm.\1"),
    (r"lstm\.(.+)", r"decoder.\1"),
    (r"attention_layer\.(query|key|value)\.linear_layer\.weight", r"attention.\1.weight"),
    (r"attention_layer\.v\.linear_layer\.weight", r"attention.vector"),
    (r"attn_cond_layer\.(?:location_conv_hidden|conv_layers\.0)\.conv\.(.+)", r"attention.location.hidden.\1"),
    (r"attn_cond_layer\.(?:location_conv_out|conv_layers\.2)\.conv\.(.+)", r"attention.location.output.\1"),
    (r"dense_layer\.layers\.(\d+)\.linear_layer\.(.+)", r"dense.\1.\2"),
    (r"conv\.(weight|bias)", r"affine.\1"),
    (r"gate_layer\.linear_layer\.(.+)", r"gate.\1"),
)
RULES = (
    (r"speaker_embedding\.weight", "speaker_table.weight"),
    (r"embedding\.weight", "embedding.weight"),
    *((rf"encoder\.{theirs}", f"encoder.{ours}") for theirs, ours in _ENCODER),
    *((rf"mel_encoder\.{theirs}", f"prior.encoder.{ours}") for theirs, ours in _ENCODER),
    (r"gaussian_mixture\.prob_layer\.linear_layer\.(.+)", r"prior.weight.\1"),
    (r"gaussian_mixture\.mean_layer\.linear_layer\.(.+)", r"prior.mean.\1"),
    (r"gaussian_mixture\.log_var_layer\.linear_layer\.(.+)", r"prior.log_variance.\1"),
    (r"gaussian_mixture\.mean", "prior.fixed_mean"),
    (r"gaussian_mixture\.log_var", "prior.fixed_log_variance"),
)


def our_name(theirs: str) -> str | None:
    """Our name of one of their tensors, or None where it is none of a Flowtron."""
    for pattern, ours in RULES:
        if re.fullmatch(pattern, theirs):
            return re.sub(pattern, ours, theirs)
    place = re.fullmatch(r"flows\.(\d+)\.(ar_step\.)?(.+)", theirs)
    if place is None or bool(int(place[1]) % 2) != bool(place[2]):
        return None  # every second flow wraps a step, the others are one
    for pattern, ours in _STEP:
        if re.fullmatch(pattern, place[3]):
            inner = "step." if place[2] else ""
            return f"steps.{place[1]}.{inner}{re.sub(pattern, ours, place[3])}"
    return None


def our_shape(name: str, tensor: Tensor) -> Tensor:
    """Their tensor in our shape: some of theirs carry axes of length one."""
    if name.endswith("affine.weight") and tensor.dim() == 3:
        return tensor[:, :, 0]
    if name.endswith("attention.vector") and tensor.dim() == 2:
        return tensor[0]
    return tensor


def translate(state: dict[str, Tensor]) -> tuple[dict[str, Tensor], list[str]]:
    """Their state dict under our names, and the names that were not understood.

    Cumulative attention is stored twice under two names; the two are one tensor of ours.
    """
    return renamed(state, our_name, our_shape)


def flows(names: Iterable[str]) -> int:
    """How many steps of flow a list of their tensors has."""
    numbers = [int(match[1]) for name in names if (match := re.match(r"flows\.(\d+)\.", name))]
    return max(numbers, default=-1) + 1
