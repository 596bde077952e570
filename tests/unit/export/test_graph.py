"""Single constructions of the graphs against NumPy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from glowvox.export.graph import LARGEST_BYTE, Graph, node_count, quantise
from glowvox.runtime.session import Session


def run(build: Callable[[Graph, str], str], x: np.ndarray, width: int, precision: str = "fp32") -> np.ndarray:
    graph = Graph("test", precision=precision)
    given = graph.input("x", ["T", x.shape[1]])
    graph.follow(given)
    graph.output(build(graph, given), "y", ["T", width])
    return Session(graph.finish(), name="test").run({"x": x})["y"]


def random(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


@pytest.mark.parametrize(("kernel", "dilation"), [(1, 1), (3, 1), (5, 2), (4, 1), (2, 3)])
@pytest.mark.parametrize("length", [1, 2, 30])
def test_a_convolution_is_torchs(kernel: int, dilation: int, length: int) -> None:
    x, weight, bias = random(length, 6).astype(np.float32), random(5, 6, kernel, seed=1), random(5, seed=2)
    found = run(lambda graph, given: graph.convolve(given, weight, bias, dilation=dilation), x, 5)
    span = dilation * (kernel - 1)
    padded = F.pad(torch.from_numpy(x.T.astype(float))[None], (span // 2, span - span // 2))
    expected = F.conv1d(padded, torch.from_numpy(weight), torch.from_numpy(bias), dilation=dilation)
    np.testing.assert_allclose(found, expected[0].T.numpy(), atol=1e-5)


@pytest.mark.parametrize("span", [None, (-5.0, 5.0)])
@pytest.mark.parametrize("kernel", [1, 3])
def test_eight_bits_are_near(kernel: int, span: tuple[float, float] | None) -> None:
    x, weight, bias = random(40, 32).astype(np.float32), random(16, 32, kernel, seed=1), random(16, seed=2)
    exact = run(lambda graph, given: graph.convolve(given, weight, bias), x, 16)
    near = run(lambda graph, given: graph.convolve(given, weight, bias, span=span), x, 16, "int8")
    assert 0 < np.sqrt(((near - exact) ** 2).mean()) < 0.02 * exact.std()


def test_padding_is_zero_in_eight_bits_too() -> None:
    """Where zero is not the lowest byte, the frame around the sequence must be the byte that means zero."""
    x = np.full((4, 8), -3.0, np.float32)
    x[0, 0] = 1.0
    weight = np.ones((1, 8, 3))
    found = run(lambda graph, given: graph.convolve(given, weight, np.zeros(1)), x, 1, "int8")
    expected = run(lambda graph, given: graph.convolve(given, weight, np.zeros(1)), x, 1)
    np.testing.assert_allclose(found, expected, atol=0.5)
    assert expected[0, 0] > expected[1, 0]


def test_a_frame_in_eight_bits_with_a_given_span_does_not_hang_on_the_others() -> None:
    x, weight, bias = random(50, 32).astype(np.float32), random(32, 16, seed=1), random(16, seed=2)

    def build(graph: Graph, given: str) -> str:
        return graph.linear(given, weight, bias, span=(-4.0, 4.0))

    whole, part = run(build, x, 16, "int8"), run(build, x[:9], 16, "int8")
    np.testing.assert_array_equal(whole[:9], part)


def test_steps_reach_the_largest_byte_in_every_column() -> None:
    weight = random(30, 4) * [1, 10, 0.1, 0]
    steps, scale = quantise(weight)
    assert np.abs(steps.astype(int)).max(axis=0).tolist() == [LARGEST_BYTE] * 3 + [0]
    np.testing.assert_allclose(steps * scale, weight, atol=0.51 * scale.max())
    assert scale.shape == (4,)


def test_exact_layers_stay_exact_in_eight_bits() -> None:
    x, weight, bias = random(20, 40).astype(np.float32), random(40, 40, seed=1), random(40, seed=2)
    exact = x @ weight + bias
    found = run(lambda graph, given: graph.exact_linear(given, weight, bias), x, 40, "int8")
    assert np.abs(found - exact).max() < 0.01  # of weights in halves
    blob = Graph("empty", precision="fp32")
    blob.output(blob.node("Relu", [blob.input("x", ["T", 2])]), "y", ["T", 2])
    assert node_count(blob.finish()) == 2
