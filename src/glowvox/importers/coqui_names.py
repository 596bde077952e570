"""The tensor names of Coqui's Glow-TTS checkpoints, and ours for the same tensors."""

from __future__ import annotations

import re

from torch import Tensor

from glowvox.importers import glow_tts_names
from glowvox.importers.renaming import renamed

# what Coqui calls otherwise than the authors, in the authors' words
RENAMED = (
    (r"encoder\.prenet\.(.+)", r"encoder.pre.\1"),
    (r"encoder\.duration_predictor\.(.+)", r"encoder.proj_w.\1"),
    (r"(.+)\.parametrizations\.weight\.original0", r"\1.weight_g"),
    (r"(.+)\.parametrizations\.weight\.original1", r"\1.weight_v"),
)
# what only Coqui has
RULES = (
    (r"encoder\.encoder\.conv_layers\.(\d+)\.(.+)", r"encoder.layers.\1.convolution.\2"),
    (r"encoder\.encoder\.norm_layers\.(\d+)\.(.+)", r"encoder.layers.\1.norm.\2"),
    (
        r"encoder\.encoder\.res_blocks\.(\d+)\.conv_bn_blocks\.(\d+)\.conv1d\.(.+)",
        r"encoder.layers.\1.convolutions.\2.\3",
    ),
    (r"encoder\.encoder\.res_blocks\.(\d+)\.conv_bn_blocks\.(\d+)\.norm\.(.+)", r"encoder.layers.\1.norms.\2.\3"),
    (r"encoder\.postnet\.0\.(.+)", r"encoder.postnet.projection.\1"),
    (r"encoder\.postnet\.1\.(.+)", r"encoder.postnet.norm.\1"),
    (r"encoder\.encoder\.layers\.(\d+)\.time_conv\.(.+)", r"encoder.layers.\1.widen.\2"),
    (r"encoder\.encoder\.layers\.(\d+)\.norm1\.(.+)", r"encoder.layers.\1.widen_norm.\2"),
    (r"encoder\.encoder\.layers\.(\d+)\.depth_conv\.(.+)", r"encoder.layers.\1.depthwise.\2"),
    (r"encoder\.encoder\.layers\.(\d+)\.norm2\.(.+)", r"encoder.layers.\1.depthwise_norm.\2"),
    (r"encoder\.encoder\.layers\.(\d+)\.time_conv2\.(.+)", r"encoder.layers.\1.narrow.\2"),
    (r"encoder\.encoder\.layers\.(\d+)\.norm3\.(.+)", r"encoder.layers.\1.narrow_norm.\2"),
)
BATCH_NORM = {"weight": "scale", "bias": "shift", "running_mean": "mean", "running_var": "variance"}
# tensors that say nothing a model needs
IDLE = {
    r".+\.num_batches_tracked": "a counter that its running averages do not use",
    r"decoder\.flows\.\d+\.weight_inv": "an inverse kept beside its matrix; ours is computed from the matrix",
}


def our_name(theirs: str) -> str | None:
    """Our name of one of their tensors, or None where it is none of a Glow-TTS."""
    for pattern, authors in RENAMED:
        theirs = re.sub(f"^{pattern}$", authors, theirs)
    for pattern, ours in RULES:
        if re.fullmatch(pattern, theirs):
            stem, _, leaf = re.sub(pattern, ours, theirs).rpartition(".")
            leaf = glow_tts_names.LEAVES.get(leaf, leaf)
            normalises = re.search(r"norms?(\.\d+)?$", stem)
            return f"{stem}.{BATCH_NORM.get(leaf, leaf) if normalises else leaf}"
    return glow_tts_names.our_name(theirs)


def our_shape(name: str, tensor: Tensor) -> Tensor:
    """Their tensor in our shape: some of theirs carry axes of length one."""
    if name.endswith((".scale", ".shift")):
        return tensor.reshape(-1)
    return glow_tts_names.our_shape(name, tensor)


def idle(theirs: str) -> str | None:
    """Why a tensor is left behind, or None for one that is not understood."""
    return next((reason for pattern, reason in IDLE.items() if re.fullmatch(pattern, theirs)), None)


def translate(state: dict[str, Tensor]) -> tuple[dict[str, Tensor], list[str]]:
    """Their state dict under our names, and the names that found no place."""
    return renamed(state, lambda name: None if idle(name) else our_name(name), our_shape)
