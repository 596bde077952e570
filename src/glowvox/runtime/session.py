"""A graph ready to run: the only place that knows ONNX Runtime."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from glowvox.errors import CheckpointError

Floats = npt.NDArray[np.float32]
_ERRORS_ONLY = 3  # of ONNX Runtime's levels of talk


class Session:
    """One graph on the CPU. Safe to run from many threads at once.

    blob     the ONNX file
    name     what an error message calls it
    threads  that share the work of one call; more than one pays only on an otherwise idle machine
    as_is    run the graph as it is written: it loads in half the time, and runs as fast where there is neither a
             convolution to bring into blocks nor a weight to widen
    raises   CheckpointError if the graph cannot be loaded
    """

    def __init__(self, blob: bytes, *, name: str, threads: int = 1, as_is: bool = False) -> None:
        import onnxruntime

        self._name = name
        try:
            self._session = onnxruntime.InferenceSession(
                blob, _options(onnxruntime, threads, as_is=as_is), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its exceptions have no common base of their own
            raise CheckpointError(f"{name}: ONNX Runtime cannot load this graph: {error}") from None
        self.inputs = frozenset(entry.name for entry in self._session.get_inputs())
        self.outputs = tuple(entry.name for entry in self._session.get_outputs())

    def run(self, inputs: Mapping[str, npt.NDArray[np.generic]]) -> dict[str, Floats]:
        """All outputs by name; inputs that the graph does not have are left out.

        raises  CheckpointError where the graph cannot take these inputs: it is of another voice
        """
        known = {name: values for name, values in inputs.items() if name in self.inputs}
        try:
            return dict(zip(self.outputs, self._session.run(None, known), strict=True))
        except Exception as error:
            shapes = ", ".join(f"{name} {values.shape}" for name, values in known.items())
            raise CheckpointError(
                f"{self._name}: the graph cannot take {shapes}: {error}",
                hint="the files of this voice do not belong together: get it again, or export it again",
            ) from None


def _options(onnxruntime: Any, threads: int, *, as_is: bool) -> Any:
    options = onnxruntime.SessionOptions()
    if as_is:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Planning which buffers may share memory takes a time that grows with the square of the nodes when a length is not
    # known beforehand: most of the time a graph needs to load. Without the plan buffers are freed all the same.
    options.enable_mem_reuse = False
    options.enable_mem_pattern = False
    # Without an arena every large buffer comes fresh from the system, page by page: a third of all time.
    options.enable_cpu_mem_arena = True
    return options
