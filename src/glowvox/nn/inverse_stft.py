"""The inverse short-time Fourier transform, differentiable: the torch twin of `audio.stft.istft`."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from glowvox.audio.stft import Padding, edge


def inverse_stft(spectrum: Tensor, window: Tensor, hop: int, padding: Padding) -> Tensor:
    """Windowed frames added up, divided by the added squares of the windows (Griffin & Lim 1984, eq. 6).

    spectrum  (B, T, F)   complex, F = fft_size / 2 + 1
    window    (fft_size,)
    returns   (B, S)      S = T·hop for "same" padding, (T − 1)·hop for "centred"
    """
    size = window.shape[0]
    cut = edge(size, hop, padding)
    pieces = torch.fft.irfft(spectrum, size) * window
    energy = _overlapped((window**2).expand(1, spectrum.shape[1], size), hop)
    total = _overlapped(pieces, hop) / energy.clamp(min=1e-11)
    return total[:, cut : total.shape[1] - cut]


def _overlapped(pieces: Tensor, hop: int) -> Tensor:
    """(B, T, N) → (B, (T − 1)·hop + N), each frame cut into hops, all the first hops added in one go, and so on."""
    batch, frames, size = pieces.shape
    parts = -(-size // hop)
    cut = F.pad(pieces, (0, parts * hop - size)).view(batch, frames, parts, hop)
    # laid out whole and summed: half the time, backwards too, of adding in place or of torch's fold
    laid = [F.pad(cut[:, :, part], (0, 0, part, parts - 1 - part)) for part in range(parts)]
    return torch.stack(laid).sum(dim=0).flatten(1)[:, : (frames - 1) * hop + size]
