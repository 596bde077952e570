"""A Flowtron's graphs held against the model, in double precision on the model's side."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping

import torch
from msgspec import structs

from glowvox.export.flowtron_graphs import steps_of
from glowvox.export.flowtron_source import FlowtronSource
from glowvox.export.parity import LIMIT, Difference, distance
from glowvox.flows.autoregressive import AutoregressiveStep, Memory
from glowvox.models.flowtron_sampling import Sampling
from glowvox.runtime.acoustic import Reading
from glowvox.runtime.bundle import ENCODER, step_name
from glowvox.runtime.flowtron import Flowtron
from glowvox.runtime.session import Floats, Session
from glowvox.runtime.speakers import read_vectors

TOKENS = (1, 2, 7, 40)  # lengths of the texts that are tried
FRAMES = 12  # for which steps are followed
SPEECH_LIMIT = 1e-3  # every frame goes on from the one before: rounding adds up
_SPEAKERS_TRIED = 3


def flowtron_parity(source: FlowtronSource, files: Mapping[str, bytes]) -> list[Difference]:
    """The differences of the encoder, of every step along given frames, and of speech, over texts and speakers."""
    sessions = {
        name: Session(files[name], name=name) for name in (ENCODER, *map(step_name, range(len(source.model.steps))))
    }
    exact = copy.deepcopy(source.model).double().eval()
    worst: dict[str, float] = {}
    generator = torch.Generator().manual_seed(0)
    vectors = source.vectors()
    with torch.no_grad():
        for place, size in enumerate(TOKENS):
            ids = torch.randint(len(source.settings.symbols), (1, size), generator=generator)
            number = 0 if vectors is None else place % min(len(vectors), _SPEAKERS_TRIED)
            speaker = torch.tensor([number])
            memory = exact.read(ids, torch.tensor([size]), speaker)
            vector = None if vectors is None else vectors[number][None].float().numpy()
            reader = _reader(source, sessions, room=FRAMES)
            found = reader.read(ids[0].tolist(), Reading(vector))
            stages = [
                *_text(steps_of(exact), memory, found),
                *_frames(steps_of(exact), reader, memory, found, generator),
            ]
            mixed = Reading(vector, variation=0.5, seed=place, temperature=1.5)
            spoken = reader.render(ids[0].tolist(), mixed).mel[:]
            sampling = Sampling(sigma=0.5, gate=None, temperature=1.5, longest=FRAMES + size)
            said = exact.generate(ids, torch.tensor([size]), sampling, speaker=speaker, noise=mixed.seed)
            stages.append(("speech.mel", distance(spoken, said.mel[0].T.numpy())))
            for stage, difference in stages:
                worst[stage] = max(worst.get(stage, 0.0), difference)
    limits = {"speech.mel": SPEECH_LIMIT}
    return [Difference(stage, value, limits.get(stage, LIMIT)) for stage, value in worst.items()]


def _reader(source: FlowtronSource, sessions: Mapping[str, Session], *, room: int) -> Flowtron:
    """The runtime's own way, with little room."""
    steps = [sessions[step_name(number)] for number in range(len(source.model.steps))]
    prior = source.prior_file()
    return Flowtron(
        sessions[ENCODER],
        steps,
        structs.replace(source.voice, room=room, room_per_token=1, gate=None),
        bands=source.settings.mel.bands,
        prior=None if prior is None else read_vectors(prior),
    )


def _text(steps: list[AutoregressiveStep], memory: Memory, found: Mapping[str, Floats]) -> Iterator[tuple[str, float]]:
    for number, step in enumerate(steps):
        keys = step.attention.keys(memory.text, memory.mask)
        if f"key{number}" in found:
            yield "encoder.keys", distance(found[f"key{number}"], keys.key[0].numpy())
        yield "encoder.values", distance(found[f"value{number}"], keys.value[0].numpy())
    if "text" in found:
        yield "encoder.text", distance(found["text"], memory.text[0].T.numpy())


def _frames(
    steps: list[AutoregressiveStep],
    reader: Flowtron,
    memory: Memory,
    found: dict[str, Floats],
    generator: torch.Generator,
) -> Iterator[tuple[str, float]]:
    """Every step along frames of noise, both sides given the same frame before."""
    for number, step in enumerate(steps):
        bands = step.attention_lstm.input_size
        given = torch.randn(2, FRAMES, bands, generator=generator, dtype=torch.float64)
        keys, state = step.begin(memory)
        loop = reader.loop(number, found)
        previous = torch.zeros(1, bands, dtype=torch.float64)
        told = torch.softmax(torch.randn(FRAMES, 1, memory.text.shape[2], generator=generator), dim=2).double()
        for place, (frame, residual) in enumerate(zip(given[0], given[1], strict=True)):
            look = told[place] if place % 3 == 2 else None  # every third frame reads where it is told to
            said = step.frame(previous[:, :, None], keys, state, forced=None if look is None else look[None])
            state = said.state
            exact = (residual[None, :, None] - said.shift) * torch.exp(-said.log_scale)
            row = None if look is None else look.float().numpy()
            made = loop.frame(previous.float().numpy(), residual[None].float().numpy(), row)
            yield f"step{number}.x", distance(made.x, exact[:, :, 0].numpy())
            yield f"step{number}.attention", distance(made.attention, said.attention[0].numpy())
            if said.gate is not None:
                yield f"step{number}.gate", abs(made.gate - float(said.gate.sigmoid()[0, 0, 0]))
            previous = frame[None]
