"""Time into channels and back; changes the shape, hence functions and no flow."""

from __future__ import annotations

from torch import Tensor


def squeeze(x: Tensor, mask: Tensor, factor: int) -> tuple[Tensor, Tensor]:
    """Stack each run of `factor` frames into one column (Glow-TTS §3.3); sub-frame i fills channels i·C … i·C+C-1.

    A column counts as inside only if its last frame does.

    x        (B, C, T)          T a multiple of the factor
    mask     (B, 1, T)
    returns  (B, factor·C, T/factor), (B, 1, T/factor)
    raises   ValueError if T is no multiple of the factor
    """
    batch, channels, time = x.shape
    if time % factor:
        raise ValueError(f"squeeze: {time} frames are no multiple of {factor}; pad or cut them first")
    folded = x.view(batch, channels, time // factor, factor).permute(0, 3, 1, 2)
    inside = mask[:, :, factor - 1 :: factor].contiguous()
    return folded.reshape(batch, factor * channels, time // factor) * inside, inside


def unsqueeze(x: Tensor, mask: Tensor, factor: int) -> tuple[Tensor, Tensor]:
    """Undo `squeeze`.

    x        (B, factor·C, T)
    mask     (B, 1, T)
    returns  (B, C, factor·T), (B, 1, factor·T)
    """
    batch, channels, time = x.shape
    unfolded = x.view(batch, factor, channels // factor, time).permute(0, 2, 3, 1)
    inside = mask.repeat_interleave(factor, dim=2)
    return unfolded.reshape(batch, channels // factor, time * factor) * inside, inside
