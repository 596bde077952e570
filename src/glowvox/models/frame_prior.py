"""A prior that moves within a token: mean and scale of each frame, from its place in the token and its neighbours.

In the paper every frame of a token has the token's mean and one scale for all, and the flow alone must make sound that
moves out of means that stand still. With the durations known, a small network over frames says how the mean moves and
where the sound is certain; it starts as the paper's prior (docs/decisions/0004).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from glowvox.models.convnext import ConvNeXtBlock
from glowvox.models.glow_tts_config import FramePriorConfig
from glowvox.nn.convolution import Convolution
from glowvox.nn.dropout import Dropout
from glowvox.nn.masks import expand, masked
from glowvox.nn.precision import upcast

PLACES = 3  # numbers that tell where in its token a frame is
WIDEST = 3.0  # logarithm of the furthest that a scale moves from the token's


class FramePrior(nn.Module):
    """What is added to each frame's mean and logarithm of scale.

    channels       of the encoder's hidden representation
    bands          mel bands
    speaker_width  of what conditions it; 0 for none
    """

    def __init__(self, config: FramePriorConfig, *, channels: int, bands: int, speaker_width: int) -> None:
        super().__init__()
        width = config.width
        self.start = Convolution(channels, width)
        self.places = nn.Linear(PLACES, width)
        self.speaker = nn.Linear(speaker_width, width) if speaker_width else None
        self.blocks = nn.ModuleList(
            ConvNeXtBlock(width, config.feed_forward, config.kernel, scale=1 / config.layers)
            for _ in range(config.layers)
        )
        self.dropout = Dropout(config.dropout)
        self.end = Convolution(width, 2 * bands)
        nn.init.zeros_(self.end.weight)
        assert self.end.bias is not None
        nn.init.zeros_(self.end.bias)

    def of_tokens(self, hidden: Tensor, speaker: Tensor | None) -> Tensor:
        """What all frames of a token share.

        hidden   (B, C, N)
        speaker  (B, G, 1) or None
        returns  (B, W, N)
        """
        x: Tensor = self.start(hidden)
        if self.speaker is not None and speaker is not None:
            x = x + self.speaker(speaker[:, :, 0])[:, :, None]
        return x

    def forward(
        self, hidden: Tensor, durations: Tensor, index: Tensor, mask: Tensor, speaker: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Shifts of the means, and of the logarithms of the scales.

        hidden     (B, C, N)  of the encoder
        durations  (B, N)
        index      (B, T)     token of each frame
        mask       (B, 1, T)
        speaker    (B, G, 1) or None
        returns    (B, M, T), (B, M, T)
        """
        shared = expand(self.of_tokens(hidden, speaker), index)
        return self.over_frames(shared, place_in_token(durations, index), mask)

    def over_frames(self, shared: Tensor, place: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """The same from what each frame's token gave, and the place in it.

        shared   (B, W, T)
        place    (B, T, 3)
        mask     (B, 1, T)
        returns  (B, M, T), (B, M, T)
        """
        x = shared + self.places(place.to(shared.dtype)).transpose(1, 2)
        for block in self.blocks:
            x = self.dropout(block(masked(x, mask)))
        mean, log_scale = upcast(masked(self.end(x), mask)).chunk(2, dim=1)
        return mean, WIDEST * torch.tanh(log_scale / WIDEST)


def place_in_token(durations: Tensor, index: Tensor) -> Tensor:
    """Where each frame is: from −1 to 1 through its token, how near to the middle, and how long the token is.

    durations  (B, N)
    index      (B, T)
    returns    (B, T, 3)
    """
    ends = durations.cumsum(dim=1)
    lasting = durations.gather(1, index).clamp(min=1).float()
    first = (ends - durations).gather(1, index)
    positions = torch.arange(index.shape[1], device=index.device)
    share = ((positions - first + 0.5) / lasting).clamp(0, 1)
    return torch.stack([2 * share - 1, 4 * share * (1 - share), lasting.log() / 3], dim=2)
