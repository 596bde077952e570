"""What an invertible layer is, and how layers follow each other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Generic

from torch import Tensor, nn
from typing_extensions import TypeVar

Cond = TypeVar("Cond", default=Tensor)  # what a map may be conditioned on; a tensor unless said otherwise


class Flow(nn.Module, ABC, Generic[Cond]):
    """An invertible map of masked sequences with a tractable Jacobian.

    `forward` goes from data to noise, `inverse` from noise to data. Both keep the shape (B, C, T), send zero padding to
    zero padding, and give the log-determinant of their own direction, one number an item, so that the two sum to zero.
    """

    @abstractmethod
    def forward(self, x: Tensor, mask: Tensor, cond: Cond | None = None) -> tuple[Tensor, Tensor]:
        """Data to noise.

        x        (B, C, T)
        mask     (B, 1, T)          ones inside, zeros in the padding
        cond     (B, G, 1) or None  what the map is conditioned on; (B, G, T) where every frame has its own
        returns  (B, C, T), (B,)    the image and log |det ∂y/∂x|
        """

    @abstractmethod
    def inverse(self, y: Tensor, mask: Tensor, cond: Cond | None = None) -> tuple[Tensor, Tensor]:
        """Noise to data: undoes `forward` under the same mask and conditioning.

        y        (B, C, T)
        mask     (B, 1, T)
        cond     (B, G, 1) or None  as given to `forward`
        returns  (B, C, T), (B,)    the preimage and log |det ∂x/∂y|
        """


class Chain(Flow):
    """Flows applied one after the other; log-determinants add up (Dinh et al. 2017, eq. 3)."""

    def __init__(self, flows: Iterable[Flow]) -> None:
        super().__init__()
        self.flows = nn.ModuleList(flows)

    def forward(self, x: Tensor, mask: Tensor, cond: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x (B, C, T), mask (B, 1, T), cond (B, G, 1) or None → (B, C, T), (B,)."""
        log_det = x.new_zeros(len(x))
        for flow in self.flows:
            x, change = flow(x, mask, cond)
            log_det = log_det + change
        return x, log_det

    def inverse(self, y: Tensor, mask: Tensor, cond: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """y (B, C, T), mask (B, 1, T), cond (B, G, 1) or None → (B, C, T), (B,)."""
        log_det = y.new_zeros(len(y))
        for flow in reversed(list(self.flows)):
            assert isinstance(flow, Flow)
            y, change = flow.inverse(y, mask, cond)
            log_det = log_det + change
        return y, log_det


class Inverse(Flow):
    """A flow the other way round."""

    def __init__(self, flow: Flow) -> None:
        super().__init__()
        self.flow = flow

    def forward(self, x: Tensor, mask: Tensor, cond: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x (B, C, T), mask (B, 1, T), cond (B, G, 1) or None → (B, C, T), (B,)."""
        return self.flow.inverse(x, mask, cond)

    def inverse(self, y: Tensor, mask: Tensor, cond: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """y (B, C, T), mask (B, 1, T), cond (B, G, 1) or None → (B, C, T), (B,)."""
        result: tuple[Tensor, Tensor] = self.flow(y, mask, cond)
        return result


def walk(flow: Flow) -> Sequence[Flow]:
    """The layers of a chain in the order in which `forward` meets them; any other flow is its own only layer."""
    if isinstance(flow, Chain):
        return [layer for part in flow.flows if isinstance(part, Flow) for layer in walk(part)]
    return [flow]
