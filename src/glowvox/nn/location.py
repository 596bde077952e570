"""What cumulative attention knows of the frames before: a gate on the text by where attention has been."""

from __future__ import annotations

from torch import Tensor, nn

from glowvox.nn.convolution import Convolution
from glowvox.nn.masks import masked

WIDTH = 32  # of the layer between, as published


class LocationGate(nn.Module):
    """Two convolutions over past attention weights, and a sigmoid for every channel of every token."""

    def __init__(self, text_width: int) -> None:
        super().__init__()
        self.hidden = Convolution(2, WIDTH, 5)
        self.output = Convolution(WIDTH, text_width, 3)
        nn.init.xavier_uniform_(self.hidden.weight, gain=nn.init.calculate_gain("relu"))
        nn.init.xavier_uniform_(self.output.weight, gain=nn.init.calculate_gain("sigmoid"))

    def forward(self, seen: Tensor, mask: Tensor) -> Tensor:
        """Gates for the keys of a frame.

        seen     (B, 2, N)  weights summed over all frames before, and those of the last
        mask     (B, 1, N)  keeps what the first layer says of the padding from the second
        returns  (B, E, N)  between 0 and 1
        """
        return self.output(masked(self.hidden(masked(seen, mask)).relu(), mask)).sigmoid()  # type: ignore[no-any-return]
