"""An ONNX graph in the making: nodes, weights and the three ways to store a weight.

The graphs are written by hand and not traced: every layer is known, sequences are time-major so that a layer is one
matrix product, and what can be multiplied out at export is. Sessions load in a time that grows with their nodes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

Precision = Literal["fp32", "fp16", "int8"]
Array = npt.NDArray[np.floating]
Shape = Sequence[int | str]
Span = tuple[float, float]  # what a value ranges over, 0 inside
Attributes = Mapping[str, int | float | str | Sequence[int]]

# Products of unsigned by signed bytes are summed in pairs of 16 bits on processors without VNNI: 2·255·64 still fits.
LARGEST_BYTE = 64
LEAST_HALVED = 1024  # values; smaller weights stay as they are
_CONTRIBUTED = "com.microsoft"
_TYPES = {"float": TensorProto.FLOAT, "int64": TensorProto.INT64}


class Graph:
    """Collects nodes; every method that adds some gives the name of the result.

    precision  of the weights of `linear` and `convolve`: as they are, halved, or eight bits (activations are then
               quantised on the fly, over the span given or else over their own)
    """

    def __init__(self, name: str, *, precision: Precision) -> None:
        self.precision: Precision = precision
        self._name = name
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []
        self._known: dict[tuple[int, ...], str] = {}
        self._rows: dict[tuple[int, int], str] = {}
        self._windows: dict[tuple[str, int, int], str] = {}
        self._quantised: dict[tuple[str, Span | None], tuple[str, str, str]] = {}
        self.positions = ""  # 0 … T−1 as a column (T, 1), once `follow` was called

    def input(self, name: str, shape: Shape, *, kind: Literal["float", "int64"] = "float") -> str:
        """An input; dimensions that differ from call to call are given by a letter."""
        self._inputs.append(helper.make_tensor_value_info(name, _TYPES[kind], list(shape)))
        return name

    def output(self, value: str, name: str, shape: Shape) -> None:
        """Name a value as an output of the graph."""
        self._nodes.append(helper.make_node("Identity", [value], [name]))
        self._outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape)))

    def node(
        self,
        operator: str,
        inputs: Sequence[str],
        attributes: Attributes | None = None,
        *,
        domain: str = "",
    ) -> str:
        """A node with one output."""
        return self.nodes(operator, inputs, 1, attributes, domain=domain)[0]

    def nodes(
        self,
        operator: str,
        inputs: Sequence[str],
        count: int,
        attributes: Attributes | None = None,
        *,
        domain: str = "",
    ) -> list[str]:
        """A node with several outputs."""
        place = len(self._nodes)
        outputs = [f"{operator}{place}_{number}" for number in range(count)]
        node = helper.make_node(operator, list(inputs), outputs, domain=domain)
        node.attribute.extend(helper.make_attribute(name, value) for name, value in (attributes or {}).items())
        self._nodes.append(node)
        return outputs

    def constant(self, values: npt.NDArray[np.generic]) -> str:
        """A tensor that is the same in every call."""
        name = f"w{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def integers(self, *values: int) -> str:
        """A short list of numbers, stored once however often it is used."""
        if values not in self._known:
            self._known[values] = self.constant(np.array(values, np.int64))
        return self._known[values]

    def single(self, values: Array) -> str:
        """A weight in single precision, however large."""
        return self.constant(values.astype(np.float32))

    def weight(self, values: Array) -> str:
        """A weight as it is in graphs in full; in the others halved on disk and widened when the session loads."""
        if self.precision != "fp32" and values.size >= LEAST_HALVED:
            return self.node("Cast", [self.constant(values.astype(np.float16))], {"to": TensorProto.FLOAT})
        return self.single(values)

    def linear(self, x: str, weight: Array, bias: Array, *, span: Span | None = None) -> str:
        """x W + b.

        x       (T, I)
        weight  (I, O)
        bias    (O,)
        """
        if self.precision != "int8":
            return self.node("Gemm", [x, self.weight(weight), self.single(bias)])
        steps, scale = quantise(weight)
        if span is None:
            inputs = [x, self.constant(steps), self.constant(scale), "", self.single(bias)]
            return self.node("DynamicQuantizeMatMul", inputs, domain=_CONTRIBUTED)
        small, step, zero = self._bytes(x, span)
        inputs = [small, self.constant(steps), step, self.constant(scale), zero, "", self.single(bias)]
        return self.node("MatMulIntegerToFloat", inputs, domain=_CONTRIBUTED)

    def exact_linear(self, x: str, weight: Array, bias: Array) -> str:
        """`linear` in single precision, also where others have eight bits; shapes likewise."""
        return self.node("Gemm", [x, self.weight(weight), self.single(bias)])

    def convolve(self, x: str, weight: Array, bias: Array | str, *, dilation: int = 1, span: Span | None = None) -> str:
        """Convolution over time with zeros around the ends, as one product with the windows of x side by side.

        x       (T, I)
        weight  (O, I, K)  an even kernel sees one step more to its right
        bias    (O,), or a value of the graph of that shape
        """
        if self.precision != "int8":
            return self.exact_convolve(x, weight, bias, dilation=dilation)
        outputs, channels, kernel = weight.shape
        offset = bias if isinstance(bias, str) else self.single(bias)
        # quantised before the windows are laid out: a window moves bytes and not floats
        steps, scale = quantise(weight.transpose(2, 1, 0).reshape(kernel * channels, outputs))
        small, step, zero = self._bytes(x, span)
        windows = self.windows(small, kernel, channels, dilation, around=zero)
        inputs = [windows, self.constant(steps), step, self.constant(scale), zero, "", offset]
        return self.node("MatMulIntegerToFloat", inputs, domain=_CONTRIBUTED)

    def exact_convolve(self, x: str, weight: Array, bias: Array | str, *, dilation: int = 1) -> str:
        """`convolve` in single precision, also where others have eight bits; shapes likewise."""
        outputs, channels, kernel = weight.shape
        flat = weight.transpose(2, 1, 0).reshape(kernel * channels, outputs)
        offset = bias if isinstance(bias, str) else self.single(bias)
        return self.node("Gemm", [self.windows(x, kernel, channels, dilation), self.weight(flat), offset])

    def depthwise(self, x: str, weight: Array, bias: Array) -> str:
        """Each channel convolved by itself, as an image of height one, which ONNX Runtime is quickest with.

        x       (T, C)
        weight  (C, K)  K odd
        bias    (C,)
        """
        channels, kernel = weight.shape
        # in this order ONNX Runtime turns the image and brings it into its own blocks in one go
        rows = self.node("Unsqueeze", [x, self.integers(0, 1)])
        image = self.node("Transpose", [rows], {"perm": [0, 3, 1, 2]})
        inputs = [image, self.single(weight.reshape(channels, 1, 1, kernel)), self.single(bias)]
        pads = [0, kernel // 2, 0, kernel // 2]
        out = self.node("Conv", inputs, {"group": channels, "pads": pads})
        return self.node("Squeeze", [self.node("Transpose", [out], {"perm": [0, 2, 3, 1]}), self.integers(0, 1)])

    def _bytes(self, x: str, span: Span | None) -> tuple[str, str, str]:
        """x as unsigned bytes, the size of a step, and the byte that means zero; once for all that read it."""
        if (x, span) not in self._quantised:
            self._quantised[x, span] = self._new_bytes(x, span)
        return self._quantised[x, span]

    def _new_bytes(self, x: str, span: Span | None) -> tuple[str, str, str]:
        if span is None:
            small, step, zero = self.nodes("DynamicQuantizeLinear", [x], 3)
            return small, step, zero
        size = max((span[1] - span[0]) / 255, 1e-12)
        step = self.single(np.array(size))
        zero = self.constant(np.array(round(-span[0] / size), np.uint8))
        return self.node("QuantizeLinear", [x, step, zero]), step, zero

    def windows(self, x: str, kernel: int, channels: int, dilation: int = 1, *, around: str = "") -> str:
        """The K columns around every time step, side by side; laid out once for all that read them.

        x        (T, I)
        around   the value beyond the ends; zero by default
        returns  (T, K·I)
        """
        if kernel == 1:
            return x
        if (x, kernel, dilation) not in self._windows:
            span = dilation * (kernel - 1)
            left = span // 2
            padded = self.node("Pad", [x, self.integers(left, 0, span - left, 0), *([around] if around else [])])
            rows = self.node("Gather", [padded, self._window_rows(kernel, dilation)], {"axis": 0})
            self._windows[x, kernel, dilation] = self.node("Reshape", [rows, self.integers(-1, kernel * channels)])
        return self._windows[x, kernel, dilation]

    def _window_rows(self, kernel: int, dilation: int) -> str:
        """Which rows of a padded sequence lie in each window (T, K); worked out once for all convolutions alike."""
        if (kernel, dilation) not in self._rows:
            offsets = self.constant(np.arange(kernel, dtype=np.int64)[None] * dilation)
            self._rows[kernel, dilation] = self.node("Add", [self.positions, offsets])
        return self._rows[kernel, dilation]

    def follow(self, x: str) -> str:
        """Take the length of x for the length of all sequences of the graph.

        x        (T, …)
        returns  T, a scalar
        """
        size = self.node("Squeeze", [self.node("Shape", [x], {"start": 0, "end": 1})])
        steps = self.node("Range", [self._scalar(0), size, self._scalar(1)])
        self.positions = self.node("Unsqueeze", [steps, self.integers(1)])
        return size

    def _scalar(self, value: int) -> str:
        return self.constant(np.array(value, np.int64))

    def finish(self) -> bytes:
        """The graph as the bytes of an ONNX file."""
        graph = helper.make_graph(self._nodes, self._name, self._inputs, self._outputs, self._weights)
        domains = [helper.make_opsetid("", 18), helper.make_opsetid(_CONTRIBUTED, 1)]
        model = helper.make_model(graph, opset_imports=domains, ir_version=10, producer_name="glowvox")
        return model.SerializeToString()  # type: ignore[no-any-return]


def quantise(weight: Array) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Eight-bit steps of a weight, of 129 values only, and the size of a step in each column.

    weight   (I, O)
    returns  (I, O), (O,)
    """
    scale = np.maximum(np.abs(weight).max(axis=0) / LARGEST_BYTE, 1e-12)
    return np.round(weight / scale).astype(np.int8), scale.astype(np.float32)


def node_count(blob: bytes) -> int:
    """Nodes of a finished graph."""
    return len(onnx.load_from_string(blob).graph.node)
