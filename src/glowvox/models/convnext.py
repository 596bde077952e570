"""ConvNeXt blocks over time (Liu et al. 2022, in one dimension as Siuzdak 2023 uses them)."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class ConvNeXtBlock(nn.Module):
    """Mix over time in each channel, then over channels at each time, and add the result.

    scale  what the result is first weighted with
    """

    def __init__(self, width: int, feed_forward: int, kernel: int, *, scale: float) -> None:
        super().__init__()
        self.depthwise = nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=width)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.widen = nn.Linear(width, feed_forward)
        self.narrow = nn.Linear(feed_forward, width)
        self.scale = nn.Parameter(self.norm.weight.new_full((width,), scale))

    def forward(self, x: Tensor) -> Tensor:
        """x (B, C, T) → (B, C, T)."""
        mixed = self.norm(self.depthwise(x).transpose(1, 2))
        change = self.scale * self.narrow(F.gelu(self.widen(mixed)))
        out: Tensor = x + change.transpose(1, 2)
        return out


class ConvNeXt(nn.Module):
    """A first convolution, blocks, and normalised channels for a head to read.

    channels  of the input
    width     of everything inside
    """

    def __init__(self, channels: int, width: int, *, feed_forward: int, layers: int, kernel: int) -> None:
        super().__init__()
        self.start = nn.Conv1d(channels, width, kernel, padding=kernel // 2)
        self.first_norm = nn.LayerNorm(width, eps=1e-6)
        self.blocks = nn.ModuleList(ConvNeXtBlock(width, feed_forward, kernel, scale=1 / layers) for _ in range(layers))
        self.last_norm = nn.LayerNorm(width, eps=1e-6)
        for module in self.modules():
            if isinstance(module, nn.Conv1d | nn.Linear):
                nn.init.trunc_normal_(module.weight, std=0.02)
                assert module.bias is not None
                nn.init.zeros_(module.bias)

    @property
    def reach(self) -> int:
        """Frames to either side that a frame of the output depends on."""
        return (self.start.kernel_size[0] // 2) * (len(self.blocks) + 1)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, C, T) → (B, T, W), time-major, for a linear head."""
        x = self.first_norm(self.start(x).transpose(1, 2)).transpose(1, 2)
        for block in self.blocks:
            x = block(x)
        return self.last_norm(x.transpose(1, 2))  # type: ignore[no-any-return]
