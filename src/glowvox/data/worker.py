"""How a worker process starts. Imports nothing heavy: the thread count must be set before NumPy loads its BLAS."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def start() -> None:
    """One thread a worker, since there are as many workers as cores; Ctrl-C is the parent's to handle.

    A worker ends with its parent, even one that was killed: it would wait for work forever.
    """
    for name in THREAD_VARIABLES:
        os.putenv(name, "1")  # read by C libraries when they load
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_leave_with, args=(parent.sentinel,), daemon=True).start()


def _leave_with(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    os._exit(1)
