"""How a worker process starts. Imports nothing heavy: the thread count must be set before NumPy loads its BLAS."""

from __future__ import annotations

import os
import signal

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def start() -> None:
    """One thread a worker, since there are as many workers as cores; Ctrl-C is the parent's to handle."""
    for name in THREAD_VARIABLES:
        os.environ[name] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)
