"""A voice on disk: a folder, or the same folder as a zip that ends in `.glowvox`.

voice.json      what the voice is, and a checksum of every other file
encoder.onnx    decoder.onnx    vocoder.onnx (where the sound is not made by Griffin-Lim)
step0.onnx …    in place of the decoder where the voice is a Flowtron, one for each step of flow
prior.npy       the Gaussians that a Flowtron speaks from, where they are several
speakers.npy    a vector for each speaker, where there are several
lexicon.txt     pronunciations of its own, where it has some
CARD.md         LICENSE
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from glowvox import config
from glowvox.audio.mel import MelConfig
from glowvox.config import Settings
from glowvox.errors import CheckpointError, ConfigError

if TYPE_CHECKING:
    from zipfile import ZipFile

FORMAT = 1
SETTINGS = "voice.json"
ENCODER, DECODER, VOCODER = "encoder.onnx", "decoder.onnx", "vocoder.onnx"
VECTORS, LEXICON, PRIOR = "speakers.npy", "lexicon.txt", "prior.npy"
CARD, LICENCE = "CARD.md", "LICENSE"
ENDING = ".glowvox"
LARGEST = 4 * 1024**3  # bytes of one file; more is no voice


class FileRecord(Settings, frozen=True, kw_only=True):
    """What a file of the voice must be."""

    bytes: int
    sha256: str


class VocoderSettings(Settings, frozen=True, kw_only=True):
    """How the sound is made from the mel."""

    kind: Literal["griffin-lim", "istft"] = "griffin-lim"
    stack: int = 1  # frames that the network takes together
    pieces: int = 1  # spectra that it gives of each
    reach: int = 0  # frames to either side that a frame of its output depends on

    def __post_init__(self) -> None:
        """Refuse numbers that no network has."""
        if self.stack < 1 or self.pieces < 1 or self.reach < 0:
            raise ValueError(f"vocoder: stack = {self.stack}, pieces = {self.pieces}, reach = {self.reach}: cannot be")


class FlowtronVoice(Settings, frozen=True, kw_only=True):
    """What the loop of a Flowtron must know of its graphs."""

    flows: int  # steps; every second one goes backwards in time
    states: int  # LSTM layers of a step
    hidden: int  # their width
    gate: float | None = 0.5  # probability of "the last frame" that ends a phrase; None where there is no gate
    room: int  # frames that a phrase may have, whatever its length
    room_per_token: int  # and for each symbol
    told: bool = False  # whether its graphs can be told where to read, and so at what pace

    def __post_init__(self) -> None:
        """Refuse numbers that no network has."""
        for name in ("flows", "states", "hidden", "room", "room_per_token"):
            if getattr(self, name) < 1:
                raise ValueError(f"flowtron: {name} = {getattr(self, name)} must be at least 1")
        if self.gate is not None and not 0 <= self.gate <= 1:
            raise ValueError(f"flowtron: gate = {self.gate} must lie between 0 and 1")


class VoiceSettings(Settings, frozen=True, kw_only=True):
    """What `voice.json` holds."""

    format: int
    made_with: str  # glowvox and its version
    name: str
    language: str
    speakers: tuple[str, ...]  # the first speaks unless another is asked for
    mel: MelConfig
    mel_fingerprint: str
    front_end: str
    front_end_version: str  # that the voice was made with
    symbols: tuple[str, ...]
    squeeze: int  # frames that the decoder takes together
    duration_offset: int  # that durations were predicted with
    variation: float  # unless asked otherwise
    sentence_pause: float  # s, likewise
    vocoder: VocoderSettings
    precision: dict[str, str]  # of each graph
    files: dict[str, FileRecord]
    licence: str
    data: str  # what it was trained on
    consent: str  # of the people who can be heard in it
    experimental: tuple[str, ...] = ()  # speakers whose scores fall short
    flowtron: FlowtronVoice | None = None  # where it is one; else a Glow-TTS

    def __post_init__(self) -> None:
        """Refuse a voice that could not be spoken with."""
        if not self.speakers or not self.symbols:
            raise ValueError("a voice has at least one speaker and one symbol")
        if self.squeeze < 1 or self.duration_offset < 0:
            raise ValueError(f"squeeze = {self.squeeze}, duration_offset = {self.duration_offset}: cannot be")
        if self.mel_fingerprint != self.mel.fingerprint():
            raise ValueError(
                f"mel_fingerprint = {self.mel_fingerprint} is not that of the mel settings, {self.mel.fingerprint()}"
            )


class Bundle:
    """The files of a voice, each checked against its checksum as it is read.

    place  a folder, a `.glowvox` file, or the voice.json of a folder
    raises CheckpointError where there is no voice, a file is missing, cut short or not the one it was, or the voice
           was made by a later version
    """

    def __init__(self, place: Path) -> None:
        self.place = place.parent if place.name == SETTINGS else place
        self._zipped = _open_zip(self.place) if self.place.is_file() else None
        self.settings = _settings(self._bytes(SETTINGS), f"{self.place}: {SETTINGS}")
        for name in self.settings.files:
            if name != Path(name).name:
                raise CheckpointError(f"{self.place}: {SETTINGS}: '{name}' lies outside the voice")

    def read(self, name: str) -> bytes:
        """A file whole.

        raises  CheckpointError as the class does
        """
        record = self.settings.files.get(name)
        if record is None:
            raise CheckpointError(f"{self.place}: this voice has no {name}")
        content = self._bytes(name)
        if len(content) != record.bytes:
            raise CheckpointError(
                f"{self.place}: {name} has {len(content)} bytes, expected {record.bytes}",
                hint="the copy is incomplete, or files of two voices were mixed: get the voice again",
            )
        if hashlib.sha256(content).hexdigest() != record.sha256:
            other = self._whose(content)
            raise CheckpointError(
                f"{self.place}: {name} is not the file this voice was made with: "
                + (f"it is its {other}" if other else "its checksum differs"),
                hint="the file was changed, or files of two voices were mixed: get the voice again",
            )
        return content

    def read_all(self) -> dict[str, bytes]:
        """Every file by name; raises as `read` does."""
        return {name: self.read(name) for name in self.settings.files}

    def _whose(self, content: bytes) -> str | None:
        digest = hashlib.sha256(content).hexdigest()
        return next((name for name, record in self.settings.files.items() if record.sha256 == digest), None)

    def _bytes(self, name: str) -> bytes:
        try:
            if self._zipped is None:
                return (self.place / name).read_bytes()
            return _read_zipped(self._zipped, name)
        except (FileNotFoundError, NotADirectoryError, KeyError):
            pass
        except OSError as error:
            raise CheckpointError(f"{self.place}: {name} cannot be read: {error}") from None
        if name == SETTINGS:
            raise CheckpointError(
                f"{self.place}: no voice here: there is no {SETTINGS}",
                hint="a voice is a folder or a .glowvox file written by: glowvox export RUN -o VOICE",
            )
        raise CheckpointError(f"{self.place}: {name} is missing", hint="the copy is incomplete: get the voice again")


def is_voice(place: Path) -> bool:
    """Whether a place looks like a voice: a folder with a voice.json, or a `.glowvox` file."""
    return (place / SETTINGS).is_file() or (place.suffix == ENDING and place.is_file())


def step_name(number: int) -> str:
    """The file of one of a Flowtron's steps of flow."""
    return f"step{number}.onnx"


def settings_bytes(settings: VoiceSettings) -> bytes:
    """The content of `voice.json`."""
    return msgspec.json.format(msgspec.json.encode(settings), indent=2) + b"\n"


def record(content: bytes) -> FileRecord:
    """What `voice.json` says of a file."""
    return FileRecord(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def _read_zipped(archive: ZipFile, name: str) -> bytes:
    """A file of a zip; raises KeyError where there is none, OSError where it cannot be read."""
    import zipfile
    import zlib

    if archive.getinfo(name).file_size > LARGEST:
        raise OSError("it is too large for a file of a voice")
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
        raise OSError(str(error)) from None


def _open_zip(path: Path) -> ZipFile:
    import zipfile

    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise CheckpointError(
            f"{path}: not a voice: {error}", hint=f"a voice is a folder, or a zip of one that ends in {ENDING}"
        ) from None


def _settings(content: bytes, where: str) -> VoiceSettings:
    try:
        table = msgspec.json.decode(content)
    except msgspec.DecodeError as error:
        raise CheckpointError(f"{where}: not valid JSON: {error}") from None
    found = table.get("format") if isinstance(table, Mapping) else None
    if not isinstance(found, int):
        raise CheckpointError(f"{where}: says no format; it was not written by glowvox export")
    if found > FORMAT:
        raise CheckpointError(
            f"{where}: format {found}; this glowvox reads formats up to {FORMAT}",
            hint="the voice was made by a later version: pip install --upgrade glowvox",
        )
    try:
        return config.build(table, VoiceSettings, where=where)
    except ConfigError as error:
        raise CheckpointError(error.message) from None
