"""Recurrent layers over padded sequences, and the reversal of time that leaves padding where it is."""

from __future__ import annotations

import torch
from torch import Tensor, nn

State = tuple[Tensor, Tensor]  # (L, B, H) each: what an LSTM of L layers puts out and what it keeps


def start(lstm: nn.LSTM, like: Tensor) -> State:
    """The state before the first frame.

    like  (B, ...)  tells batch, device and precision
    """
    zeros = like.new_zeros(lstm.num_layers, len(like), lstm.hidden_size)
    return zeros, zeros


def step(lstm: nn.LSTM, x: Tensor, state: State) -> tuple[Tensor, State]:
    """One frame through an LSTM.

    Layer by layer, because torch's whole-sequence kernel packs the weights anew at every call on a CPU: at Flowtron's
    published size that is four fifths of the time of a frame.

    x        (B, C)
    returns  (B, H) and the state behind the frame
    """
    outputs, cells = [], []
    for layer, weights in enumerate(lstm.all_weights):
        x, cell = torch.lstm_cell(x, (state[0][layer], state[1][layer]), *weights)
        outputs.append(x)
        cells.append(cell)
    return x, (torch.stack(outputs), torch.stack(cells))


def reverse(x: Tensor, lengths: Tensor) -> Tensor:
    """Each item backwards within its length; what follows stays at the end.

    x        (B, T, C)
    lengths  (B,)
    returns  (B, T, C)
    """
    positions = torch.arange(x.shape[1], device=x.device)
    mirrored = lengths[:, None] - 1 - positions
    index = torch.where(mirrored >= 0, mirrored, positions)  # (B, T)
    return x.gather(1, index[:, :, None].expand_as(x))


class BidirectionalLSTM(nn.Module):
    """Two LSTMs that read a sequence from both of its ends (Graves & Schmidhuber 2005).

    Each item ends where its own length says, so that its outputs do not depend on the padding of its batch.
    """

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        if channels_out % 2:
            raise ValueError(f"{channels_out} channels cannot be shared between two directions; an even number can")
        self.onward = nn.LSTM(channels_in, channels_out // 2, batch_first=True)
        self.backward_in_time = nn.LSTM(channels_in, channels_out // 2, batch_first=True)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Read every item in both directions.

        x        (B, C, T)
        mask     (B, 1, T)
        returns  (B, O, T)  first half onward, second half backward; zero in the padding
        """
        lengths = mask[:, 0].sum(dim=1).long()
        sequence = (x * mask.to(x.dtype)).transpose(1, 2)  # (B, T, C)
        onward, _ = self.onward(sequence)
        back, _ = self.backward_in_time(reverse(sequence, lengths))
        both = torch.cat([onward, reverse(back, lengths)], dim=2).transpose(1, 2)
        return both * mask.to(both.dtype)
