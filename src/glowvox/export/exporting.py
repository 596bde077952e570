"""A trained model and a vocoder become the files of a voice; nothing is written here."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from msgspec import structs

from glowvox import __version__
from glowvox.config import near
from glowvox.errors import UsageError
from glowvox.export.card import card_text, licence_text
from glowvox.export.decoder_graph import decoder_graph
from glowvox.export.encoder_graph import encoder_graph
from glowvox.export.facts import Facts
from glowvox.export.flowtron_parity import flowtron_parity
from glowvox.export.flowtron_source import FlowtronSource
from glowvox.export.gate import CHECK_TEXTS, Verdict
from glowvox.export.graph import Precision, node_count
from glowvox.export.judging import Jury, Listener
from glowvox.export.parity import Difference, acoustic_parity, require_parity, vocoder_parity
from glowvox.export.source import Source
from glowvox.export.vocoder_graph import measure, vocoder_graph
from glowvox.models.istft_vocoder import IstftVocoder
from glowvox.runtime.bundle import (
    CARD,
    DECODER,
    ENCODER,
    FORMAT,
    LEXICON,
    LICENCE,
    PRIOR,
    VECTORS,
    VOCODER,
    VocoderSettings,
    VoiceSettings,
    record,
)
from glowvox.runtime.session import Session
from glowvox.text.blanks import SUFFIX
from glowvox.train.sounding import SENTENCE_PAUSE

Wanted = Literal["fp32", "fp16", "int8", "auto"]
_LANGUAGES = {"english": "en", "glow-tts-authors": "en", "glow-tts-amphion": "en", "flowtron": "en"}
_SAID = re.compile(r"espeak[:=]([\w-]+)")  # by front ends that read phonemes of espeak-ng
_ENGLISH = ("english_cleaners", "phoneme_cleaners")  # of imported tokenizers


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the voice is to be, where the run does not say it.

    precision  of the graphs; "auto" takes eight bits where the gate accepts them and halves elsewhere
    speaker    who speaks unless another is asked for; None leaves it to the run
    facts      what its card says beyond that; licence, data and consent given here win over it
    texts      that graphs in eight bits are judged by
    lexicon    content of a file of pronunciations to go with the voice
    """

    name: str
    precision: Wanted = "auto"
    licence: str | None = None
    data: str | None = None
    consent: str | None = None
    language: str | None = None
    speaker: str | None = None
    facts: Facts = Facts()
    lexicon: bytes | None = None
    texts: Sequence[str] = CHECK_TEXTS


@dataclass(frozen=True)
class GraphReport:
    """One graph as it ships: how large, how many nodes, how long a session takes to load (s of one core)."""

    name: str
    precision: Precision
    bytes: int
    full_bytes: int
    nodes: int
    load_s: float


@dataclass(frozen=True)
class Made:
    """A voice in memory, and what was found on the way."""

    settings: VoiceSettings
    files: Mapping[str, bytes]
    differences: tuple[Difference, ...]
    verdicts: tuple[Verdict, ...]
    graphs: tuple[GraphReport, ...]


def make_voice(
    source: Source | FlowtronSource,
    vocoder: IstftVocoder | None,
    request: Request,
    *,
    listener: Listener | None = None,
) -> Made:
    """Build the graphs, check them against the models, choose their precision.

    vocoder   None leaves the sound to Griffin-Lim
    listener  judges graphs in eight bits by the words heard as well
    raises    UsageError where licence or data are known neither from the weights nor from the request, and for a
              speaker who is not there; InputError where the vocoder was trained on other mels, GlowvoxError where a
              graph differs from its model
    """
    if request.speaker is not None:
        source = source.led_by(request.speaker)
    if vocoder is not None:
        source.settings.mel.require_same(vocoder.mel, own="the model", others="the vocoder")
    settings = _settings(source, vocoder, request)
    maker = _Maker(source, vocoder)
    full = maker.graphs("fp32")
    differences = _acoustic_parity(source, full)
    if vocoder is not None:
        differences += vocoder_parity(vocoder, full[VOCODER], settings.vocoder)
    require_parity(differences)
    others = {VECTORS: source.vectors_file(), PRIOR: _prior(source), LEXICON: request.lexicon}
    extra = {name: content for name, content in others.items() if content is not None}
    choice = _choose(maker, full, request, lambda: _jury(settings, {**full, **extra}, source, request, listener))
    settings = structs.replace(settings, precision={name: str(kind) for name, kind in choice.precisions.items()})
    files = {**choice.graphs, **extra, LICENCE: licence_text(settings)}
    files[CARD] = card_text(settings, choice.verdicts, source, request.facts)
    settings = structs.replace(settings, files={name: record(content) for name, content in files.items()})
    graphs = tuple(_report(name, choice.precisions[name], choice.graphs[name], full[name]) for name in full)
    return Made(settings, files, tuple(differences), choice.verdicts, graphs)


@dataclass(frozen=True)
class _Choice:
    """The graphs that ship, how precise each is, and why."""

    graphs: dict[str, bytes]
    precisions: dict[str, Precision]
    verdicts: tuple[Verdict, ...] = ()


def _choose(maker: _Maker, full: dict[str, bytes], request: Request, jury: Callable[[], Jury]) -> _Choice:
    if request.precision == "fp32":
        return _Choice(full, dict.fromkeys(full, "fp32"))
    halves = maker.graphs("fp16")
    if request.precision == "fp16":
        return _Choice(halves, dict.fromkeys(full, "fp16"))
    judges = jury()
    small = maker.graphs("int8", judges)
    verdicts = tuple(judges.judge(name, small[name]) for name in full)
    accepted = {verdict.graph for verdict in verdicts if verdict.accepted or request.precision == "int8"}
    return _Choice(
        {name: small[name] if name in accepted else halves[name] for name in full},
        {name: "int8" if name in accepted else "fp16" for name in full},
        verdicts,
    )


def _acoustic_parity(source: Source | FlowtronSource, full: Mapping[str, bytes]) -> list[Difference]:
    if isinstance(source, FlowtronSource):
        return flowtron_parity(source, full)
    return acoustic_parity(source, full[ENCODER], full[DECODER])


def _prior(source: Source | FlowtronSource) -> bytes | None:
    return source.prior_file() if isinstance(source, FlowtronSource) else None


def _jury(
    settings: VoiceSettings,
    files: Mapping[str, bytes],
    source: Source | FlowtronSource,
    request: Request,
    listener: Listener | None,
) -> Jury:
    if not request.texts:
        raise UsageError("no sentences to judge by", hint="give some: --check-texts FILE, one sentence a line")
    return Jury(settings, files, source.front_end, request.texts, listener=listener)


class _Maker:
    """Builds the graphs of a model and a vocoder in any precision."""

    def __init__(self, source: Source | FlowtronSource, vocoder: IstftVocoder | None) -> None:
        self._source, self._vocoder = source, vocoder

    def graphs(self, precision: Precision, jury: Jury | None = None) -> dict[str, bytes]:
        """All graphs by the name of their file; eight bits of a vocoder need mels to measure ranges on."""
        found = self._acoustic(self._source, precision)
        if self._vocoder is not None:
            spans = None
            if jury is not None:
                spans = measure(self._vocoder, [torch.from_numpy(mel.T.copy()) for mel in jury.mels])
            found[VOCODER] = vocoder_graph(self._vocoder, precision=precision, spans=spans)
        return found

    def _acoustic(self, source: Source | FlowtronSource, precision: Precision) -> dict[str, bytes]:
        if isinstance(source, FlowtronSource):
            return source.graphs(precision)
        model, width = source.model, source.speaker_width
        return {
            ENCODER: encoder_graph(
                model.encoder, speaker_width=width, precision=precision, frame_prior=model.frame_prior
            ),
            DECODER: decoder_graph(
                model.decoder,
                bands=model.bands,
                speaker_width=width,
                precision=precision,
                frame_prior=model.frame_prior,
                contrast=model.contrast,
            ),
        }


def _settings(source: Source | FlowtronSource, vocoder: IstftVocoder | None, request: Request) -> VoiceSettings:
    settings, facts = source.settings, request.facts
    for score in facts.scores:
        if score.speaker not in settings.speakers:
            raise UsageError(f"a score of '{score.speaker}'{near(score.speaker, settings.speakers)}")
    if not re.fullmatch(r"\w[\w.+-]*", request.name):
        raise UsageError(
            f"name '{request.name}': expected letters, digits and . + - _, beginning with a letter or digit"
        )
    sound = VocoderSettings()
    if vocoder is not None:
        config = vocoder.config
        sound = VocoderSettings(kind="istft", stack=config.stack, pieces=config.pieces, reach=vocoder.reach)
    return VoiceSettings(
        format=FORMAT,
        made_with=f"glowvox {__version__}",
        name=request.name,
        language=request.language or _language(settings.front_end),
        speakers=settings.speakers,
        mel=settings.mel,
        mel_fingerprint=settings.mel.fingerprint(),
        front_end=settings.front_end,
        front_end_version=source.front_end.version,
        symbols=settings.symbols,
        squeeze=1 if isinstance(source, FlowtronSource) else source.model.decoder.factor,
        duration_offset=0 if isinstance(source, FlowtronSource) else source.model.duration_offset,
        variation=source.variation,
        sentence_pause=SENTENCE_PAUSE,
        vocoder=sound,
        precision={},
        files={},
        licence=_known(request.licence or facts.licence, source.card, "licence"),
        data=_known(request.data or facts.data, source.card, "data"),
        consent=request.consent or facts.consent or source.card.get("consent", "not stated"),
        experimental=facts.experimental(),
        flowtron=source.voice if isinstance(source, FlowtronSource) else None,
    )


def _language(front_end: str) -> str:
    """The language that the name of a front end tells, or that nobody knows."""
    if said := _SAID.search(front_end):
        return said[1]
    kind, _, variant = front_end.removesuffix(SUFFIX).partition(":")
    return "en" if variant.split(",")[0] in _ENGLISH else _LANGUAGES.get(kind, "und")


def _known(asked: str | None, card: Mapping[str, str], name: str) -> str:
    found = asked or card.get(name)
    if not found:
        raise UsageError(
            f"a voice must say its {name}, and this run does not",
            hint=f'give it: --{name} "{"CC-BY-4.0" if name == "licence" else "what it was trained on"}"',
        )
    return found


def _report(name: str, precision: Precision, blob: bytes, full: bytes) -> GraphReport:
    Session(blob, name=name)  # the first one of a process pays for more than itself
    started = time.process_time()
    Session(blob, name=name)
    return GraphReport(name, precision, len(blob), len(full), node_count(blob), time.process_time() - started)
