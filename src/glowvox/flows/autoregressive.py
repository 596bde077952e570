"""Flowtron's step of flow: an affine map of each frame, decided by the frames before it and by a text."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from glowvox.flows.base import Flow
from glowvox.nn.additive_attention import AdditiveAttention, Attended, Keys
from glowvox.nn.precision import full_precision, upcast
from glowvox.nn.recurrent import State, reverse, start, step


class Rehearsal(NamedTuple):
    """In training, speech of the step's own in the place of the frames before.

    The first pass says every frame anew from the recording's frames before it, each further pass from what the last one
    said: after n passes a frame knows nothing of the last n frames of the recording, and what it knows of its past has
    the errors that it will meet when it speaks (scheduled sampling, Bengio et al. 2015; all frames at once, Duckworth
    et al. 2019).
    """

    weight: Tensor  # (B, T, N)  attention to read along
    passes: int
    sigma: float  # of the noise


class Memory(NamedTuple):
    """What a step of flow is conditioned on."""

    text: Tensor  # (B, E, N)
    mask: Tensor  # (B, 1, N)
    prior: Tensor | None = None  # (B, T, N)   of the alignment; multiplies the attention
    forced: Tensor | None = None  # (B, T, N)  attention weights to use instead of the model's own
    temperature: float = 1.0  # of the attention: below 1 sharper, above 1 flatter
    shown: Tensor | None = None  # (B, T, N)   what cumulative attention takes for its own past; no gradient goes there
    rehearsal: Rehearsal | None = None  # analysis only


class Analysis(NamedTuple):
    """What a step found in a recording, in real time but for the gate; zero in the padding."""

    latent: Tensor  # (B, M, T)
    log_scale: Tensor  # (B, M, T)
    gate: Tensor | None  # (B, 1, T)   logit of "this frame is the last", in the order of generation
    attention: Tensor  # (B, T, N)
    log_attention: Tensor  # (B, T, N)  scores for the alignment loss


class Generated(NamedTuple):
    """What a step made of noise, in real time; zero in the padding."""

    x: Tensor  # (B, M, T)
    frames: Tensor  # (B,)        frames of each item: fewer than were asked for where the gate fired
    log_det: Tensor  # (B,)
    attention: Tensor  # (B, T, N)
    fired: Tensor  # (B,)         whether the gate ended the item


class StepState(NamedTuple):
    """What a step knows of the frames before, between one frame and the next."""

    attention: State
    decoder: State
    seen: Tensor  # (B, 2, N)  attention summed over all frames before, and that of the last


class Frame(NamedTuple):
    """What a step says of one frame before it has seen it."""

    shift: Tensor  # (B, M, 1)
    log_scale: Tensor  # (B, M, 1)
    gate: Tensor | None  # (B, 1, 1)  logit
    attention: Tensor  # (B, 1, N)
    state: StepState


class AutoregressiveStep(Flow[Memory]):
    """y_t = exp(s_t) x_t + b_t with (s_t, b_t) from x_1 … x_{t−1} and the text (Valle et al. 2020).

    bands       mel bands M
    text_width  channels of the text E
    hidden      width of the LSTMs
    attention   width of the attention
    layers      of the decoder LSTM
    gate        whether the step says when an utterance is over
    cumulative  whether attention knows where it has been
    """

    def __init__(
        self, bands: int, text_width: int, *, hidden: int, attention: int, layers: int, gate: bool, cumulative: bool
    ) -> None:
        super().__init__()
        self.attention_lstm = nn.LSTM(bands, hidden, batch_first=True)
        self.attention = AdditiveAttention(hidden, text_width, attention, cumulative=cumulative)
        self.decoder = nn.LSTM(hidden + attention, hidden, num_layers=layers, batch_first=True)
        self.dense = nn.ModuleList(nn.Linear(hidden, hidden) for _ in range(2))
        self.affine = nn.Linear(hidden, 2 * bands)
        self.gate = nn.Linear(hidden + attention, 1) if gate else None
        for dense in self.dense:
            assert isinstance(dense, nn.Linear)
            nn.init.xavier_uniform_(dense.weight, gain=nn.init.calculate_gain("tanh"))
        nn.init.zeros_(self.affine.weight)  # the step begins as the identity
        nn.init.zeros_(self.affine.bias)

    def forward(self, x: Tensor, mask: Tensor, cond: Memory | None = None) -> tuple[Tensor, Tensor]:
        """x (B, M, T), mask (B, 1, T), cond (B, E, N) in a memory → (B, M, T), (B,): all frames at once."""
        found = self.analyse(x, mask, _given(cond))
        return found.latent, found.log_scale.sum(dim=(1, 2))

    def inverse(self, y: Tensor, mask: Tensor, cond: Memory | None = None) -> tuple[Tensor, Tensor]:
        """y (B, M, T), mask (B, 1, T), cond (B, E, N) in a memory → (B, M, T), (B,): frame by frame."""
        made = self.generate(y, mask, _given(cond))
        return made.x, made.log_det

    def analyse(self, x: Tensor, mask: Tensor, memory: Memory) -> Analysis:
        """Data to noise, with everything that losses and pictures need.

        x        (B, M, T)
        mask     (B, 1, T)
        """
        x = x * mask
        inside = mask.transpose(1, 2)  # (B, T, 1)
        before = x if memory.rehearsal is None else self._rehearse(x, mask, memory, memory.rehearsal)
        state = self._heard(before)
        attended = self._attend(state, memory)
        both = torch.cat([state, attended.context], dim=2)
        shift, log_scale = self._said(both)
        with full_precision(x):
            log_scale = log_scale * mask
            latent = (log_scale.exp() * x + shift) * mask
        gate = None if self.gate is None else upcast(self.gate(both)).transpose(1, 2) * mask
        return Analysis(latent, log_scale, gate, attended.weight * inside, attended.log_weight * inside)

    def generate(self, y: Tensor, mask: Tensor, memory: Memory, *, threshold: float | None = None) -> Generated:
        """Noise to data, an item until its gate says that it is over.

        y          (B, M, T)
        mask       (B, 1, T)  the most frames an item may have
        threshold  gate probability above which a frame is an item's last; None asks no gate
        """
        frames = mask[:, 0].sum(dim=1).long()
        keys, state = self.begin(memory)
        previous = y.new_zeros(len(y), y.shape[1], 1)
        fired = torch.zeros_like(frames, dtype=torch.bool)
        made, scales, looks = [], [], []
        for t in range(y.shape[2]):
            said = self.frame(previous, keys, state, _row(memory.prior, t), _row(memory.forced, t))
            inside = (t < frames)[:, None, None].to(y.dtype)
            with full_precision(y):
                previous = (y[:, :, t : t + 1] - said.shift) * torch.exp(-said.log_scale) * inside
            state = said.state
            made.append(previous)
            scales.append(said.log_scale * inside)
            looks.append(said.attention * inside)
            if threshold is not None and said.gate is not None:
                over = (torch.sigmoid(said.gate[:, 0, 0]) > threshold) & (t < frames)
                frames = torch.where(over, t + 1, frames)
                fired = fired | over
                if bool((frames <= t + 1).all()):
                    break
        if not made:
            nothing = y.new_zeros(len(y), 0, memory.text.shape[2])
            return Generated(y * mask, frames, y.new_zeros(len(y)), nothing, fired)
        log_det = -torch.cat(scales, dim=2).sum(dim=(1, 2))
        return Generated(torch.cat(made, dim=2), frames, log_det, torch.cat(looks, dim=1), fired)

    def begin(self, memory: Memory) -> tuple[Keys, StepState]:
        """The text as keys and values, and the state before the first frame."""
        text = memory.text
        keys = self.attention.keys(text, memory.mask, temperature=memory.temperature)
        return keys, StepState(
            start(self.attention_lstm, text), start(self.decoder, text), text.new_zeros(len(text), 2, text.shape[2])
        )

    def frame(
        self, previous: Tensor, keys: Keys, state: StepState, prior: Tensor | None = None, forced: Tensor | None = None
    ) -> Frame:
        """One step in time.

        previous  (B, M, 1)          the frame before; zeros in front of the first
        prior     (B, 1, N) or None
        forced    (B, 1, N) or None
        """
        hidden, attention_state = step(self.attention_lstm, previous[:, :, 0], state.attention)
        hidden = hidden[:, None]  # (B, 1, H)
        if forced is None:
            attended = self.attention.look(hidden, keys, state.seen, prior)
        else:
            attended = self.attention.forced(forced, keys)
        both = torch.cat([hidden, attended.context], dim=2)
        decoded, decoder_state = step(self.decoder, both[:, 0], state.decoder)
        shift, log_scale = self._affine(decoded[:, None])
        gate = None if self.gate is None else upcast(self.gate(both))
        seen = after(state.seen, attended.weight)
        return Frame(shift, log_scale, gate, attended.weight, StepState(attention_state, decoder_state, seen))

    @torch.no_grad()
    def _rehearse(self, x: Tensor, mask: Tensor, memory: Memory, rehearsal: Rehearsal) -> Tensor:
        keys = self.attention.keys(memory.text, memory.mask)
        context = self.attention.forced(rehearsal.weight, keys).context
        for _ in range(rehearsal.passes):
            shift, log_scale = self._said(torch.cat([self._heard(x), context], dim=2))
            with full_precision(x):
                x = (rehearsal.sigma * torch.randn_like(x) - shift) * torch.exp(-log_scale) * mask
        return x

    def _heard(self, x: Tensor) -> Tensor:
        """x (B, M, T) → (B, T, H): each frame sees the ones before."""
        state: Tensor = self.attention_lstm(F.pad(x, (1, -1)).transpose(1, 2))[0]
        return state

    def _said(self, both: Tensor) -> tuple[Tensor, Tensor]:
        """What was heard and what is read, (B, T, H + A) → shift and log-scale, (B, M, T) each."""
        return self._affine(self.decoder(both)[0])

    def _attend(self, state: Tensor, memory: Memory) -> Attended:
        keys = self.attention.keys(memory.text, memory.mask, temperature=memory.temperature)
        if memory.forced is not None:
            return self.attention.forced(memory.forced, keys)
        if self.attention.location is None:
            return self.attention(state, keys, memory.prior)  # type: ignore[no-any-return]
        if memory.shown is not None:
            return self.attention.follow(state, keys, past(memory.shown), memory.prior)
        return self._attend_in_turn(state, keys, memory.prior)

    def _attend_in_turn(self, state: Tensor, keys: Keys, prior: Tensor | None) -> Attended:
        """Frame by frame, each knowing the frames before; in training what a frame computes is not kept but redone."""
        seen = keys.value.new_zeros(len(state), 2, keys.value.shape[1])
        found = []
        for t in range(state.shape[1]):
            arguments = (state[:, t : t + 1], keys, seen, _row(prior, t))
            if torch.is_grad_enabled():
                attended = checkpoint(self.attention.look, *arguments, use_reentrant=False)
            else:
                attended = self.attention.look(*arguments)
            seen = after(seen, attended.weight)
            found.append(attended)
        return Attended(*(torch.cat(parts, dim=1) for parts in zip(*found, strict=True)))

    def _affine(self, decoded: Tensor) -> tuple[Tensor, Tensor]:
        """decoded (B, T, H) → shift and log-scale, (B, M, T) each."""
        for dense in self.dense:
            decoded = dense(decoded).tanh()
        log_scale, shift = upcast(self.affine(decoded)).transpose(1, 2).chunk(2, dim=1)
        return shift, log_scale


class TimeReversed(Flow[Memory]):
    """A step that goes through an utterance from its end to its start (Valle et al. 2020)."""

    def __init__(self, step: AutoregressiveStep) -> None:
        super().__init__()
        self.step = step

    def forward(self, x: Tensor, mask: Tensor, cond: Memory | None = None) -> tuple[Tensor, Tensor]:
        """x (B, M, T), mask (B, 1, T), cond (B, E, N) in a memory → (B, M, T), (B,)."""
        found = self.analyse(x, mask, _given(cond))
        return found.latent, found.log_scale.sum(dim=(1, 2))

    def inverse(self, y: Tensor, mask: Tensor, cond: Memory | None = None) -> tuple[Tensor, Tensor]:
        """y (B, M, T), mask (B, 1, T), cond (B, E, N) in a memory → (B, M, T), (B,)."""
        made = self.generate(y, mask, _given(cond))
        return made.x, made.log_det

    def analyse(self, x: Tensor, mask: Tensor, memory: Memory) -> Analysis:
        """As the step's own, in real time but for the gate.

        x        (B, M, T)
        mask     (B, 1, T)
        """
        frames = mask[:, 0].sum(dim=1).long()
        found = self.step.analyse(mirrored(x * mask, frames), mask, _mirrored(memory, frames))
        return Analysis(
            mirrored(found.latent, frames),
            mirrored(found.log_scale, frames),
            found.gate,
            reverse(found.attention, frames),
            reverse(found.log_attention, frames),
        )

    def generate(self, y: Tensor, mask: Tensor, memory: Memory, *, threshold: float | None = None) -> Generated:
        """As the step's own; where a gate fires, what is missing is the beginning of the noise.

        y     (B, M, T)
        mask  (B, 1, T)
        """
        frames = mask[:, 0].sum(dim=1).long()
        made = self.step.generate(mirrored(y * mask, frames), mask, _mirrored(memory, frames), threshold=threshold)
        return made._replace(x=mirrored(made.x, made.frames), attention=reverse(made.attention, made.frames))


def mirrored(x: Tensor, frames: Tensor) -> Tensor:
    """Each item backwards within its frames.

    x        (B, C, T)
    frames   (B,)
    returns  (B, C, T)
    """
    return reverse(x.transpose(1, 2), frames).transpose(1, 2)


def after(seen: Tensor, weight: Tensor) -> Tensor:
    """What attention has seen once a frame is over.

    seen     (B, 2, N)
    weight   (B, 1, N)
    returns  (B, 2, N)
    """
    return torch.cat([seen[:, :1] + weight, weight], dim=1)


def past(weight: Tensor) -> Tensor:
    """What attention has seen before each frame: `after`, of all frames at once.

    weight   (B, T, N)
    returns  (B, T, 2, N)
    """
    before = F.pad(weight, (0, 0, 1, -1))
    return torch.stack([before.cumsum(dim=1), before], dim=2)


def _given(memory: Memory | None) -> Memory:
    if memory is None:
        raise ValueError("a step of Flowtron is conditioned on a text: give it a Memory")
    return memory


def _mirrored(memory: Memory, frames: Tensor) -> Memory:
    prior = None if memory.prior is None else reverse(memory.prior, frames)
    forced = None if memory.forced is None else reverse(memory.forced, frames)
    shown = None if memory.shown is None else reverse(memory.shown, frames)
    rehearsal = memory.rehearsal
    if rehearsal is not None:
        rehearsal = rehearsal._replace(weight=reverse(rehearsal.weight, frames))
    return memory._replace(prior=prior, forced=forced, shown=shown, rehearsal=rehearsal)


def _row(table: Tensor | None, t: int) -> Tensor | None:
    return None if table is None else table[:, t : t + 1]
