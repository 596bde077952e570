"""The run folder: everything a run knows, in files a person can open.

run.toml          the resolved settings, and what the model must know of its data
metrics.jsonl     one object a line, by step
report.html       curves, pictures and audio on one page
samples/          alignments, mels and audio of test sentences, by step
checkpoints/      step-NNNNNNN folders; best.json names the best
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

from glowvox import config
from glowvox.audio.mel import MelConfig
from glowvox.config import Settings
from glowvox.errors import CheckpointError, GlowvoxError
from glowvox.files import write_text
from glowvox.kinds import VOCODER_KINDS, kind_in
from glowvox.train.checkpoint import checkpoints, step_of
from glowvox.train.config import TrainConfig
from glowvox.train.flowtron_config import FlowtronTrainConfig
from glowvox.train.vocoder_config import VocoderTrainConfig
from glowvox.train.waveglow_config import WaveGlowTrainConfig


def kind_of(folder: Path) -> str:
    """What a run folder trains: "voice", "flowtron", "vocoder" or "waveglow".

    raises  CheckpointError if it is no run folder
    """
    path = folder / "run.toml"
    if not path.is_file():
        raise CheckpointError(f"{folder}: not a run folder: there is no run.toml in it")
    return kind_in(path.read_text(encoding="utf-8"))


class RunSettings(Settings, frozen=True, kw_only=True):
    """What `run.toml` holds."""

    train: TrainConfig
    mel: MelConfig
    front_end: str
    symbols: tuple[str, ...]
    speakers: tuple[str, ...]
    variation: float = 0.667  # of the latent, where a listener asks for no other


class VocoderSettings(Settings, frozen=True, kw_only=True):
    """What `run.toml` of a vocoder holds."""

    train: VocoderTrainConfig | WaveGlowTrainConfig
    mel: MelConfig


class FlowtronRunSettings(Settings, frozen=True, kw_only=True):
    """What `run.toml` of a Flowtron holds."""

    train: FlowtronTrainConfig
    mel: MelConfig
    front_end: str
    symbols: tuple[str, ...]
    speakers: tuple[str, ...]
    variation: float = 0.5  # standard deviation of the noise, where a listener asks for no other


AnySettings = TypeVar("AnySettings", RunSettings, VocoderSettings, FlowtronRunSettings)


class RunFolder(Generic[AnySettings]):
    """A folder and the settings in it."""

    def __init__(self, folder: Path, settings: AnySettings) -> None:
        self.folder = folder
        self.settings: AnySettings = settings
        self.checkpoints = folder / "checkpoints"
        self.samples = folder / "samples"
        self.metrics = folder / "metrics.jsonl"

    @classmethod
    def create(cls, folder: Path, settings: AnySettings) -> RunFolder[AnySettings]:
        """Make the folder, or take it up where a run already began with the same settings."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_text(folder / "run.toml", config.dumps(settings))
        except OSError as error:
            raise GlowvoxError(f"{folder}: the run folder cannot be written: {error.strerror}") from None
        return cls(folder, settings)

    @staticmethod
    def load(folder: Path) -> RunFolder[RunSettings]:
        """Open the run folder of a voice.

        raises  CheckpointError if it is none, ConfigError if its settings are wrong
        """
        if (kind := kind_of(folder)) != "voice":
            wanted = "a voice" if kind == "vocoder" else "a Glow-TTS voice"
            raise CheckpointError(f"{folder}: the run of a {kind}, where one of {wanted} is expected")
        return RunFolder(folder, config.load(folder / "run.toml", RunSettings))

    @staticmethod
    def load_vocoder(folder: Path) -> RunFolder[VocoderSettings]:
        """Open the run folder of a vocoder, WaveGlow among them.

        raises  CheckpointError if it is none, ConfigError if its settings are wrong
        """
        if (kind := kind_of(folder)) not in VOCODER_KINDS:
            raise CheckpointError(f"{folder}: the run of a {kind}, where one of a vocoder is expected")
        return RunFolder(folder, config.load(folder / "run.toml", VocoderSettings))

    @staticmethod
    def load_flowtron(folder: Path) -> RunFolder[FlowtronRunSettings]:
        """Open the run folder of a Flowtron.

        raises  CheckpointError if it is none, ConfigError if its settings are wrong
        """
        if (kind := kind_of(folder)) != "flowtron":
            raise CheckpointError(f"{folder}: the run of a {kind}, where one of a flowtron is expected")
        return RunFolder(folder, config.load(folder / "run.toml", FlowtronRunSettings))

    def latest(self) -> Path | None:
        """The last complete checkpoint."""
        found = checkpoints(self.checkpoints)
        return found[-1] if found else None

    def best(self) -> Path | None:
        """The checkpoint with the lowest validation loss, where one was validated and saved."""
        try:
            name = json.loads((self.checkpoints / "best.json").read_text(encoding="utf-8"))["checkpoint"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        path = self.checkpoints / name
        return path if path.is_dir() else None

    def log(self, record: Mapping[str, Any]) -> None:
        """Append one line to the metrics.

        raises  GlowvoxError when the disk refuses
        """
        try:
            with self.metrics.open("a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")
        except OSError as error:
            raise GlowvoxError(
                f"{self.metrics}: cannot be written: {error.strerror}",
                hint="checkpoints are untouched; make room and start the same command again to resume",
            ) from None

    def read_metrics(self) -> Iterator[dict[str, Any]]:
        """The metrics so far; a last line that a killed run left half-written is passed over."""
        if not self.metrics.is_file():
            return
        for line in self.metrics.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                continue

    def rewind(self, step: int) -> None:
        """Drop metrics after `step`, so that a resumed run says everything once."""
        kept = [json.dumps(record) for record in self.read_metrics() if record["step"] <= step]
        if self.metrics.is_file():
            write_text(self.metrics, "".join(line + "\n" for line in kept))

    def mark_best(self, checkpoint: Path, loss: float) -> None:
        """Name the best checkpoint."""
        text = json.dumps({"checkpoint": checkpoint.name, "step": step_of(checkpoint), "loss": loss})
        write_text(self.checkpoints / "best.json", text)


Run = RunFolder[RunSettings]
VocoderRun = RunFolder[VocoderSettings]
FlowtronRun = RunFolder[FlowtronRunSettings]
AnyRun = Run | VocoderRun | FlowtronRun
