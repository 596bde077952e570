"""Where half precision must not reach."""

from __future__ import annotations

import torch
from torch import Tensor


def full_precision(x: Tensor) -> torch.autocast:
    """A context in which operations on tensors like `x` keep their own precision whatever autocast says.

    Log-determinants, alignment scores and losses are sums of thousands of terms: in bf16 they would be worth little.

    x  (...)  tells the device
    """
    return torch.autocast(x.device.type, enabled=False)


def upcast(x: Tensor) -> Tensor:
    """Half-precision tensors as float32; float32 and float64 as they are.

    x        (...)
    returns  (...)
    """
    return x.float() if x.dtype in (torch.bfloat16, torch.float16) else x
