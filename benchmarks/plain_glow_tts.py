"""Glow-TTS as one writes it down first, in single precision: what the training step is measured against.

The same modules and numbers as the package's, with torch's own one-dimensional convolutions, dropout and weight
normalisation, gates cut out of one result, and the alignment search vectorised in torch.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from glowvox.data.batch import Batch
from glowvox.models import glow_tts
from glowvox.models.glow_tts import GlowTTS
from glowvox.models.likelihood import losses
from glowvox.nn.alignment import search_reference
from glowvox.nn.convolution import Convolution, WeightNormConv1d
from glowvox.nn.dropout import Dropout
from glowvox.nn.wavenet import WaveNet


class PlainConvolution(nn.Conv1d):
    """torch's own, padded to keep the length."""

    def __init__(self, like: Convolution) -> None:
        kernel = like.kernel_size[0]
        super().__init__(like.in_channels, like.out_channels, kernel, padding=kernel // 2)


class PlainWeightNorm(nn.Module):
    """torch's own convolution under torch's own weight normalisation."""

    def __init__(self, like: WeightNormConv1d) -> None:
        super().__init__()
        outputs, inputs, kernel = like.direction.shape
        plain = nn.Conv1d(inputs, outputs, kernel, padding=like.dilation * (kernel // 2), dilation=like.dilation)
        self.convolution = nn.utils.parametrizations.weight_norm(plain)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, C, T) → (B, O, T)."""
        return self.convolution(x)  # type: ignore[no-any-return]


class PlainWaveNet(nn.Module):
    """The network of a coupling without speakers, by the book."""

    def __init__(self, like: WaveNet) -> None:
        super().__init__()
        self.start, self.gates, self.residuals, self.end = like.start, like.gates, like.residuals, like.end
        self.dropout = like.dropout

    def forward(self, x: Tensor, mask: Tensor, cond: Tensor | None = None) -> Tensor:
        """x (B, C, T) and mask (B, 1, T) → (B, 2C, T)."""
        hidden = self.start(x) * mask
        skip = torch.zeros_like(hidden)
        for index, (gate, residual) in enumerate(zip(self.gates, self.residuals, strict=True)):
            a, b = self.dropout(gate(hidden)).chunk(2, dim=1)
            out = residual(torch.tanh(a) * torch.sigmoid(b))
            if index < len(self.gates) - 1:
                change, out = out.chunk(2, dim=1)
                hidden = (hidden + change) * mask
            skip = skip + out
        return self.end(skip * mask)  # type: ignore[no-any-return]


def plain(model: GlowTTS) -> GlowTTS:
    """The model with its modules replaced by plain ones."""
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, WaveNet):
                setattr(parent, name, plain_parts(PlainWaveNet(child)))
    plain_parts(model)
    return model


def plain_parts(root: nn.Module) -> nn.Module:
    """Replace convolutions and dropout below a module."""
    for parent in list(root.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, Convolution):
                setattr(parent, name, PlainConvolution(child))
            elif isinstance(child, WeightNormConv1d):
                setattr(parent, name, PlainWeightNorm(child))
            elif isinstance(child, Dropout):
                setattr(parent, name, nn.Dropout(child.p))
    return root


class PlainTraining:
    """One step after the other, as in a tutorial: AdamW, clipping of the norm, a running average."""

    def __init__(self, model: GlowTTS, *, lr: float, decay: float) -> None:
        self.model = plain(model).train()
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=lr, betas=(0.9, 0.98), eps=1e-9)
        self.average = torch.optim.swa_utils.AveragedModel(
            self.model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(decay)
        )

    def step(self, batch: Batch) -> float:
        """One update."""
        compiled, glow_tts.search = glow_tts.search, search_reference
        try:
            out = self.model(batch.tokens, batch.token_lengths, batch.mel, batch.frames)
        finally:
            glow_tts.search = compiled
        loss = losses(out).total
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        self.optimizer.step()
        self.average.update_parameters(self.model)
        return loss.item()
