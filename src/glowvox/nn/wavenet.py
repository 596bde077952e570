"""The network inside a coupling: gated, dilated convolutions with skip connections."""

from __future__ import annotations

from collections.abc import Sequence

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
        cond     (B, G, 1) or None   what every frame is conditioned on; (B, G, T) where each frame has its own
        returns  (B, 2C, T)
        """
        hidden = time_major(self.start(x))
        mask = mask.to(hidden.dtype)
        hidden = hidden * mask
        skip: Tensor | None = None
        last = len(self.gates) - 1
        shifts = self._shifts(cond)
        for index, (gate, residual) in enumerate(zip(self.gates, self.residuals, strict=True)):
            assert isinstance(gate, WeightNormConv1d)
            assert isinstance(residual, WeightNormConv1d)
            a, b = gate.halves(hidden)
            a, b = self.dropout(a), self.dropout(b)
            if shifts:
                a, b = a + shifts[2 * index], b + shifts[2 * index + 1]
            gated = a.tanh() * b.sigmoid()
            if index < last:
                change, out = residual.halves(gated)
                hidden = (hidden + change) * mask
            else:
                out = residual(gated)
            skip = out if skip is None else skip + out
        assert skip is not None
        return self.end(skip * mask).contiguous()  # type: ignore[no-any-return]

    def _shifts(self, cond: Tensor | None) -> Sequence[Tensor]:
        """What conditioning adds to both halves of every gate, (B, W, 1) or (B, W, T) each; empty without."""
        if cond is None or self.conditioning is None:
            return ()
        return self.conditioning(cond).chunk(2 * len(self.gates), dim=1)  # type: ignore[no-any-return]
