"""The tensor names of published HiFi-GAN, BigVGAN and Vocos generators, and ours for the same tensors."""

from __future__ import annotations

import re

GENERATOR = (
    (r"conv_pre\.(.+)", r"first.\1"),
    (r"ups\.(\d+)\.(?:0\.)?(.+)", r"stages.\1.upsampling.\2"),
    (r"resblocks\.(\d+)\.convs1?\.(\d+)\.(.+)", r"block.\1.dilated.\2.\3"),
    (r"resblocks\.(\d+)\.convs2\.(\d+)\.(.+)", r"block.\1.plain.\2.\3"),
    (r"resblocks\.(\d+)\.activations\.(\d+)\.act\.(.+)", r"block.\1.activations.\2.activation.\3"),
    (r"activation_post\.act\.(.+)", r"activation.activation.\1"),
    (r"conv_post\.(.+)", r"last.\1"),
)
VOCOS = (
    (r"backbone\.embed\.(.+)", r"network.start.\1"),
    (r"backbone\.norm\.(.+)", r"network.first_norm.\1"),
    (r"backbone\.convnext\.(\d+)\.dwconv\.(.+)", r"network.blocks.\1.depthwise.\2"),
    (r"backbone\.convnext\.(\d+)\.norm\.(.+)", r"network.blocks.\1.norm.\2"),
    (r"backbone\.convnext\.(\d+)\.pwconv1\.(.+)", r"network.blocks.\1.widen.\2"),
    (r"backbone\.convnext\.(\d+)\.pwconv2\.(.+)", r"network.blocks.\1.narrow.\2"),
    (r"backbone\.convnext\.(\d+)\.gamma", r"network.blocks.\1.scale"),
    (r"backbone\.final_layer_norm\.(.+)", r"network.last_norm.\1"),
    (r"head\.out\.(.+)", r"head.\1"),
)
LEAVES = (
    ("parametrizations.weight.original0", "gain"),
    ("parametrizations.weight.original1", "direction"),
    ("weight_g", "gain"),
    ("weight_v", "direction"),
    ("activation.alpha", "activation.frequency"),
    ("activation.beta", "activation.strength"),
)
# constants that state dicts hold and our models make anew
FILTERS = r"(.+\.)?(upsample\.filter|downsample\.lowpass\.filter)"
SPECTRA = r"feature_extractor\.mel_spec\.(spectrogram\.window|mel_scale\.fb)|head\.istft\.window"


def generator_name(theirs: str, *, blocks: int) -> str | None:
    """Our name of a tensor of a HiFi-GAN or BigVGAN generator, or None where it is none.

    blocks  residual blocks a stage, which they count through all stages
    """
    name = _renamed(theirs, GENERATOR)
    found = re.fullmatch(r"block\.(\d+)\.(.+)", name or "")
    if found is None:
        return name
    return f"stages.{int(found[1]) // blocks}.blocks.{int(found[1]) % blocks}.{found[2]}"


def vocos_name(theirs: str) -> str | None:
    """Our name of a tensor of a Vocos model, or None where it is none."""
    return _renamed(theirs, VOCOS)


def _renamed(theirs: str, rules: tuple[tuple[str, str], ...]) -> str | None:
    for pattern, ours in rules:
        if re.fullmatch(pattern, theirs):
            name = re.sub(pattern, ours, theirs)
            leaf = next(((old, new) for old, new in LEAVES if name.endswith(f".{old}")), None)
            return name if leaf is None else name.removesuffix(leaf[0]) + leaf[1]
    return None
