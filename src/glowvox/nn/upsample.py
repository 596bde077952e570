"""Mel frames stretched to the pace of the samples."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class GroupedUpsample(nn.Module):
    """A transposed convolution whose output samples are stacked into columns of `group` (WaveGlow §2.3).

    As torch's ConvTranspose1d(bands, bands, kernel, stride) followed by the stacking, computed as one matrix product a
    frame: frame t is given `kernel` samples from t · stride on, in the order in memory that convolutions like, and what
    overlaps is added. Sample i of a column fills channels i, group + i, 2 · group + i …: each band's samples lie
    together.
    """

    def __init__(self, bands: int, *, kernel: int, stride: int, group: int) -> None:
        super().__init__()
        if stride % group or kernel % stride:
            raise ValueError(
                f"upsampling: a frame of {stride} samples must be whole columns of {group}, and the kernel of {kernel} "
                f"samples whole frames"
            )
        plain = nn.ConvTranspose1d(bands, bands, kernel, stride)
        assert plain.bias is not None
        self.weight = nn.Parameter(plain.weight.detach().clone())  # (M, M', kernel)
        self.bias = nn.Parameter(plain.bias.detach().clone())
        self.stride = stride
        self.group = group

    def forward(self, mel: Tensor, columns: int) -> Tensor:
        """Stretch a mel spectrogram and stack what comes out.

        mel      (B, M, T)
        columns  wanted; as many come as the last frame's kernel reaches, if those are fewer
        returns  (B, M · group, columns), the channels of a column side by side in memory
        """
        batch, bands, frames = mel.shape
        parts, phases = self.weight.shape[2] // self.stride, self.stride // self.group
        # each stride of the kernel apart: (M, columns of the stride, M' and the samples in a column)
        weight = self.weight.view(bands, bands, parts, phases, self.group).permute(2, 0, 3, 1, 4)
        strides = weight.reshape(parts, bands, -1).unbind()
        rows = mel.transpose(1, 2)
        wanted = min(-(-columns // phases), frames + parts - 1)
        total = self.bias.repeat_interleave(self.group).repeat(phases).expand(batch, wanted, -1)
        for part, stride in enumerate(strides[:wanted]):
            piece = rows[:, : wanted - part] @ stride
            total = total + F.pad(piece, (0, 0, part, wanted - part - piece.shape[1]))
        return total.view(batch, wanted * phases, -1)[:, :columns].transpose(1, 2)
