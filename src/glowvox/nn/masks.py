"""Lengths and durations as tensors: masks, and the stretching of tokens over frames."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def length_mask(lengths: Tensor, size: int, *, dtype: torch.dtype = torch.float32) -> Tensor:
    """One inside each item's length, zero in the padding.

    lengths  (B,)      items' lengths
    size               padded length T
    returns  (B, 1, T)
    """
    positions = torch.arange(size, device=lengths.device)
    return (positions < lengths[:, None])[:, None].to(dtype)


def masked(x: Tensor, mask: Tensor) -> Tensor:
    """Zero in the padding, in the precision of x.

    x        (B, C, T)
    mask     (B, 1, T)
    returns  (B, C, T)
    """
    return x * mask.to(x.dtype)


def token_of_frame(durations: Tensor, frames: int) -> Tensor:
    """Which token sounds in each frame; frames past the last token repeat it.

    durations  (B, N)  whole frames a token
    returns    (B, T)  indices into the tokens, T = frames
    """
    ends = durations.cumsum(dim=1)
    positions = torch.arange(frames, device=durations.device).expand(len(durations), frames).contiguous()
    return torch.searchsorted(ends, positions, right=True).clamp(max=durations.shape[1] - 1)


def expand(x: Tensor, index: Tensor) -> Tensor:
    """Repeat each token's column over its frames.

    x        (B, C, N)  one column a token
    index    (B, T)     token of each frame, from `token_of_frame`
    returns  (B, C, T)
    """
    batch, channels, tokens = x.shape
    rows = x.transpose(1, 2).reshape(batch * tokens, channels)
    first = tokens * torch.arange(batch, device=x.device)
    # as a table of rows: gather and its backward would go through memory column by column
    return F.embedding(index + first[:, None], rows).transpose(1, 2)
