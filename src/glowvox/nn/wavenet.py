"""The network inside a coupling: gated, dilated convolutions with skip connections."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from glowvox.nn.convolution import Convolution, WeightNormConv1d, time_major
from glowvox.nn.dropout import Dropout


class WaveNet(nn.Module):
    """Non-causal WaveNet between two 1×1 convolutions, C channels in and 2C out (van den Oord et al. 2016, eq. 2).

    The last projection starts at zero, so that a coupling around this network starts as the identity.
    """

    def __init__(
        self,
        channels: int,
        *,
        width: int,
        layers: int,
        kernel: int,
        dilation_rate: int = 1,
        cond_width: int = 0,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.width = width
        self.start = WeightNormConv1d(channels, width)
        self.gates = nn.ModuleList(
            WeightNormConv1d(width, 2 * width, kernel, dilation=dilation_rate**layer) for layer in range(layers)
        )
        self.residuals = nn.ModuleList(
            WeightNormConv1d(width, 2 * width if layer < layers - 1 else width) for layer in range(layers)
        )
        self.conditioning = WeightNormConv1d(cond_width, 2 * width * layers) if cond_width else None
        self.dropout = Dropout(dropout)
        self.end = Convolution(width, 2 * channels)
        nn.init.zeros_(self.end.weight)
        assert self.end.bias is not None
        nn.init.zeros_(self.end.bias)

    def forward(self, x: Tensor, mask: Tensor, cond: Tensor | None = None) -> Tensor:
        """Map x, seeing nothing of the padding.

        x        (B, C, T)
        mask     (B, 1, T)
        cond     (B, G, 1) or None   what every frame is conditioned on
        returns  (B, 2C, T)
        """
        layers = len(self.gates)
        biases = (
            [None] * layers if cond is None or self.conditioning is None else self.conditioning(cond).chunk(layers, 1)
        )
        hidden = self.start(time_major(x))
        hidden = hidden * mask.to(hidden.dtype)
        mask = mask.to(hidden.dtype)
        skip = torch.zeros_like(hidden)
        for index, (gate, residual, bias) in enumerate(zip(self.gates, self.residuals, biases, strict=True)):
            a, b = gated_inputs(self.dropout(gate(hidden)), bias).chunk(2, dim=1)
            out = residual(a.tanh() * b.sigmoid())
            if index < layers - 1:
                change, out = out.chunk(2, dim=1)
                hidden = (hidden + change) * mask
            skip = skip + out
        return self.end(skip * mask)  # type: ignore[no-any-return]


def gated_inputs(x: Tensor, bias: Tensor | None) -> Tensor:
    """x (B, 2W, T) plus bias (B, 2W, 1), where there is one → (B, 2W, T)."""
    return x if bias is None else x + bias
