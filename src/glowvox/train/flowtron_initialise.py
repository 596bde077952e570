"""A first step of flow that begins by standardising the mel, instead of by leaving it as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from glowvox.data.batch import Batch
from glowvox.flows.autoregressive import AutoregressiveStep
from glowvox.models.flowtron import Flowtron
from glowvox.nn.masks import length_mask


@torch.no_grad()
def standardise(model: Flowtron, batches: Sequence[Batch], total: Callable[[Tensor], Tensor]) -> None:
    """Set the first step so that it gives each band mean 0 and variance 1, and sees its frames that way too.

    Log mels lie around -5: from the identity, thousands of steps are spent on moving them, with gradients that drown
    those of the attention. Both settings are values of weights that the model has anyway; its form stays as published.

    batches  the first of the training
    total    the sum of a value over all processes
    """
    sums = torch.zeros(3, model.bands, dtype=torch.float64)
    for batch in batches:
        mask = length_mask(batch.frames, batch.mel.shape[2], dtype=batch.mel.dtype)
        mel = (batch.mel * mask).double()
        count = mask.sum().expand(model.bands)
        sums += torch.stack([count.double(), mel.sum(dim=(0, 2)), mel.square().sum(dim=(0, 2))]).cpu()
    first = model.steps[0]
    assert isinstance(first, AutoregressiveStep)
    lstm: nn.LSTM = first.attention_lstm
    weight, bias = (getattr(lstm, f"{name}_ih_l0").data for name in ("weight", "bias"))
    count, whole, square = total(sums.float().to(weight.device)).double()
    mean = whole / count
    deviation = (square / count - mean.square()).clamp(min=1e-4).sqrt()
    first.affine.bias.copy_(torch.cat([-deviation.log(), -mean / deviation]))
    weight.copy_(weight / deviation)
    bias.sub_(weight @ mean.to(weight.dtype))
