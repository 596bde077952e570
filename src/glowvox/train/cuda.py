"""What a GPU may do for speed while a model trains: torch's switches, put back afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from glowvox.train.config import CudaConfig


@contextmanager
def cuda_switches(config: CudaConfig) -> Iterator[None]:
    """Hold torch's switches at these settings; where no GPU works, they change nothing."""
    matmul, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    before = matmul.allow_tf32
    matmul.allow_tf32 = config.tf32
    try:
        with cudnn.flags(
            enabled=config.cudnn,
            benchmark=config.benchmark,
            deterministic=config.deterministic,
            allow_tf32=cudnn.allow_tf32,
        ):
            yield
    finally:
        matmul.allow_tf32 = before
