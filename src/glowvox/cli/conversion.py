"""What `glowvox convert`, `interpolate` and `style` share: opening a run, and where their sound goes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from glowvox.errors import UsageError

if TYPE_CHECKING:
    from glowvox.train.speakers import AnySpeaker


def open_run(run: str | None, vocoder: Path | None, *, purpose: str) -> AnySpeaker:
    """Load a run or weights file of either model and, where one is named, a vocoder.

    raises  UsageError for an exported voice, whose latents cannot be reached
    """
    from glowvox.cli.extras import needs_train
    from glowvox.cli.speaking import voice_place
    from glowvox.runtime.bundle import is_voice

    with needs_train(purpose):
        from glowvox.train.speakers import load_speaker
        from glowvox.train.vocoders import Vocoder
    place = voice_place(run)
    if is_voice(place) or place.name == "voice.json":
        raise UsageError(f"{place}: an exported voice; {purpose} needs the run or weights it was made of")
    return load_speaker(place, vocoder=Vocoder.load(vocoder) if vocoder else None)


def make_folder(folder: Path) -> None:
    """Make a folder for outputs, or say why it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"-o {folder}: cannot be made: {error.strerror}") from None
