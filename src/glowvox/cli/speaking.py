"""Finding the voice a command should speak with, and opening it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from glowvox.errors import CheckpointError, UsageError
from glowvox.kinds import VOCODER_KINDS, kind_in
from glowvox.runtime.bundle import is_voice

if TYPE_CHECKING:
    from typing import Unpack

    from glowvox.audio.wave import Audio
    from glowvox.runtime.manner import Options
    from glowvox.text.frontend import FrontEnd


LONGEST_HEADER = 1 << 20  # bytes


class Speaking(Protocol):
    """What commands speak with: a `glowvox.runtime.voice.Voice`, or a run that looks like one."""

    front_end: FrontEnd

    @property
    def name(self) -> str:
        """The voice's name."""
        ...

    @property
    def speakers(self) -> tuple[str, ...]:
        """The names of those who speak with it."""
        ...

    @property
    def sample_rate(self) -> int:
        """Of its sound (Hz)."""
        ...

    def stream(self, text: str, **manner: Unpack[Options]) -> Iterator[Audio]:
        """The speech piece by piece."""
        ...

    def describe(self) -> dict[str, object]:
        """What the voice is, as plain values."""
        ...


def _speaks(place: Path) -> bool:
    if is_voice(place):
        return True
    trained = place.suffix == ".safetensors" or (place / "run.toml").is_file()
    return trained and kind_in(_settings_text(place)) not in VOCODER_KINDS  # which read no text


def _settings_text(place: Path) -> str:
    """The TOML of a run or of a weights file's header; nothing where it cannot be read, of which others will tell."""
    try:
        if place.suffix != ".safetensors":
            return (place / "run.toml").read_text(encoding="utf-8")
        with place.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(min(size, LONGEST_HEADER)))
        return str(json.loads(header["__metadata__"]["glowvox"])["settings"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def places(folders: tuple[Path, ...]) -> list[Path]:
    """The voices in some folders (or those that are such themselves), in order of name.

    Voices are exported voices, run folders and weights files; those of vocoders are none.
    """
    found: list[Path] = []
    for folder in folders:
        if _speaks(folder):
            found.append(folder)
        elif folder.is_dir():
            found += sorted(path for path in folder.iterdir() if _speaks(path) and not path.name.startswith("."))
    return found


def user_folder() -> Path:
    """Where `glowvox voices add` puts voices: the user's data folder (XDG_DATA_HOME, LOCALAPPDATA on Windows)."""
    if sys.platform == "win32":
        data = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    else:
        data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return data / "glowvox" / "voices"


def default_folders() -> tuple[Path, ...]:
    """Where voices are looked for: GLOWVOX_VOICE_PATH, the package, the user's own, `weights` and `runs` here."""
    from glowvox.runtime.places import BUNDLED

    listed = os.environ.get("GLOWVOX_VOICE_PATH", "")
    named = (Path(part) for part in listed.split(os.pathsep) if part)
    return (*named, BUNDLED, user_folder(), Path("weights"), Path("runs"))


def voice_place(voice: str | None) -> Path:
    """The voice meant by `--voice` (or GLOWVOX_VOICE): a path, or the name of one found.

    Where none is named, the first that speaks without torch, else the first: that of the package, unless
    GLOWVOX_VOICE_PATH has others.

    raises  UsageError where nothing fits, listing what there is; CheckpointError where nothing is named nor found
    """
    from glowvox.runtime.places import no_voice

    wanted = voice or os.environ.get("GLOWVOX_VOICE")
    found = places(default_folders())
    if wanted is None:
        if found:
            return next((place for place in found if is_voice(place)), found[0])
        raise no_voice()
    if Path(wanted).exists():
        return Path(wanted)
    for place in found:
        if wanted in (place.name, place.stem):
            return place
    names = ", ".join(place.stem for place in found) or "none"
    raise UsageError(f"no voice '{wanted}': neither a path nor a name found here", hint=f"found: {names}")


def open_voice(
    voice: str | None, *, lexicon: Path | None = None, threads: int = 1, vocoder: Path | None = None
) -> Speaking:
    """Load the voice that `--voice` means: an exported one without torch, a run or weights with it.

    threads  of one piece of speech; a run takes torch's own number
    vocoder  a vocoder's run folder or file, for a run
    raises   UsageError where a vocoder is given to what has its own
    """
    place = voice_place(voice)
    if vocoder is not None and (is_voice(place) or place.name == "voice.json"):
        raise UsageError(
            f"--vocoder {vocoder}: the voice {place.name} has its own",
            hint="another is put in by exporting again: glowvox export RUN --vocoder PLACE -o VOICE",
        )
    if is_voice(place) or place.name == "voice.json":
        from glowvox.runtime.places import known_remedy
        from glowvox.runtime.voice import Voice

        with known_remedy(place):
            return Voice.load(place, lexicon=lexicon, threads=threads)
    if place.suffix != ".safetensors" and not (place / "run.toml").is_file():
        raise CheckpointError(
            f"{place}: not a voice: there is no voice.json in it, and not a run folder: there is no run.toml in it",
            hint="glowvox export writes voices, glowvox train runs; glowvox voices lists those here",
        )
    from glowvox.cli.extras import needs_train
    from glowvox.cli.run_voice import RunVoice

    with needs_train("speaking with a run"):
        from glowvox.train.speakers import load_speaker
        from glowvox.train.vocoders import Vocoder
    sound = Vocoder.load(vocoder) if vocoder is not None else None
    return RunVoice(load_speaker(place, lexicon=lexicon, vocoder=sound), place.resolve().stem)


def refuse_without_times(voice: Speaking) -> None:
    """Fail where times are wanted of a voice that knows none.

    raises  UsageError for a run in training
    """
    from glowvox.cli.run_voice import RunVoice

    if isinstance(voice, RunVoice):
        raise UsageError(
            f"{voice.name} is a run in training, which tells no times",
            hint="an exported voice tells them: glowvox export RUN -o VOICE",
        )
