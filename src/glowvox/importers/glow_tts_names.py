"""The tensor names of the Glow-TTS authors' checkpoints, and ours for the same tensors."""

from __future__ import annotations

import re

from torch import Tensor

from glowvox.importers.renaming import renamed

RULES = (
    (r"emb_g\.weight", "speaker_table.weight"),
    (r"encoder\.emb\.weight", "encoder.embedding.weight"),
    (r"encoder\.pre\.conv_layers\.(\d+)\.(.+)", r"encoder.prenet.convolutions.\1.\2"),
    (r"encoder\.pre\.norm_layers\.(\d+)\.(.+)", r"encoder.prenet.norms.\1.\2"),
    (r"encoder\.pre\.proj\.(.+)", r"encoder.prenet.projection.\1"),
    (r"encoder\.encoder\.attn_layers\.(\d+)\.emb_rel_k", r"encoder.layers.\1.attention.relative_key"),
    (r"encoder\.encoder\.attn_layers\.(\d+)\.emb_rel_v", r"encoder.layers.\1.attention.relative_value"),
    (r"encoder\.encoder\.attn_layers\.(\d+)\.conv_q\.(.+)", r"encoder.layers.\1.attention.query.\2"),
    (r"encoder\.encoder\.attn_layers\.(\d+)\.conv_k\.(.+)", r"encoder.layers.\1.attention.key.\2"),
    (r"encoder\.encoder\.attn_layers\.(\d+)\.conv_v\.(.+)", r"encoder.layers.\1.attention.value.\2"),
    (r"encoder\.encoder\.attn_layers\.(\d+)\.conv_o\.(.+)", r"encoder.layers.\1.attention.output.\2"),
    (r"encoder\.encoder\.norm_layers_1\.(\d+)\.(.+)", r"encoder.layers.\1.attention_norm.\2"),
    (r"encoder\.encoder\.norm_layers_2\.(\d+)\.(.+)", r"encoder.layers.\1.feed_forward_norm.\2"),
    (r"encoder\.encoder\.ffn_layers\.(\d+)\.conv_1\.(.+)", r"encoder.layers.\1.feed_forward.widen.\2"),
    (r"encoder\.encoder\.ffn_layers\.(\d+)\.conv_2\.(.+)", r"encoder.layers.\1.feed_forward.narrow.\2"),
    (r"encoder\.proj_m\.(.+)", r"encoder.mean.\1"),
    (r"encoder\.proj_s\.(.+)", r"encoder.log_scale.\1"),
    (r"encoder\.proj_w\.conv_1\.(.+)", r"encoder.duration.convolutions.0.\1"),
    (r"encoder\.proj_w\.conv_2\.(.+)", r"encoder.duration.convolutions.1.\1"),
    (r"encoder\.proj_w\.norm_1\.(.+)", r"encoder.duration.norms.0.\1"),
    (r"encoder\.proj_w\.norm_2\.(.+)", r"encoder.duration.norms.1.\1"),
    (r"encoder\.proj_w\.proj\.(.+)", r"encoder.duration.projection.\1"),
    (r"decoder\.flows\.(\d+)\.logs", r"decoder.chain.flows.\1.log_scale"),
    (r"decoder\.flows\.(\d+)\.bias", r"decoder.chain.flows.\1.bias"),
    (r"decoder\.flows\.(\d+)\.weight", r"decoder.chain.flows.\1.weight"),
    (r"decoder\.flows\.(\d+)\.(start|end)\.(.+)", r"decoder.chain.flows.\1.network.\2.\3"),
    (r"decoder\.flows\.(\d+)\.wn\.in_layers\.(\d+)\.(.+)", r"decoder.chain.flows.\1.network.gates.\2.\3"),
    (r"decoder\.flows\.(\d+)\.wn\.res_skip_layers\.(\d+)\.(.+)", r"decoder.chain.flows.\1.network.residuals.\2.\3"),
    (r"decoder\.flows\.(\d+)\.wn\.cond_layer\.(.+)", r"decoder.chain.flows.\1.network.conditioning.\2"),
)
LEAVES = {"weight_g": "gain", "weight_v": "direction", "gamma": "scale", "beta": "shift"}


def our_name(theirs: str) -> str | None:
    """Our name of one of their tensors, or None where it is none of a Glow-TTS."""
    for pattern, ours in RULES:
        if re.fullmatch(pattern, theirs):
            name = re.sub(pattern, ours, theirs)
            stem, _, leaf = name.rpartition(".")
            return f"{stem}.{LEAVES.get(leaf, leaf)}"
    return None


def our_shape(name: str, tensor: Tensor) -> Tensor:
    """Their tensor in our shape: some of theirs carry axes of length one."""
    if name.endswith(("relative_key", "relative_value", "log_scale", ".bias")) and tensor.dim() == 3:
        return tensor[0]
    return tensor


def translate(state: dict[str, Tensor]) -> tuple[dict[str, Tensor], list[str]]:
    """Their state dict under our names, and the names that were not understood."""
    return renamed(state, our_name, our_shape)
