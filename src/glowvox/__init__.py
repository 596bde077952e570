"""glowvox: flow-based speech synthesis, from recordings to a small, fast, private voice.

import glowvox

glowvox.say("Hello").save("hello.wav")
voice = glowvox.load("voices/me")
for piece in voice.stream("As long a text as you like.", speed=1.2):
    ...
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from glowvox.errors import GlowvoxError

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Unpack

    from glowvox.audio.wave import Audio
    from glowvox.runtime.manner import Durations, Options
    from glowvox.runtime.voice import Voice

__all__ = ["Audio", "Durations", "GlowvoxError", "Voice", "__version__", "load", "say"]

__version__ = "0.1.0"

# what is imported when it is first asked for, so that `import glowvox` needs no NumPy
_LATER = {
    "Audio": "glowvox.audio.wave",
    "Durations": "glowvox.runtime.manner",
    "Voice": "glowvox.runtime.voice",
}


def load(voice: str | Path = "default", *, lexicon: Path | None = None, threads: int = 1) -> Voice:
    """A voice by its folder, its `.glowvox` file or its name; without one, the voice that comes with glowvox.

    lexicon  pronunciations to use instead of the voice's own
    threads  for one sentence; 1 is best unless the machine is idle otherwise
    raises   UsageError where there is no such voice, CheckpointError for one that is incomplete or changed
    """
    from glowvox.runtime.places import find, known_remedy
    from glowvox.runtime.voice import Voice

    place = find(voice)
    with known_remedy(place):
        return Voice.load(place, lexicon=lexicon, threads=threads)


def say(text: str, **options: Unpack[Options]) -> Audio:
    """Speak a text with the default voice, which is loaded once; options as in `Voice.say`."""
    from glowvox.runtime.places import default_voice

    return default_voice().say(text, **options)


def __getattr__(name: str) -> object:
    if name in _LATER:
        import importlib

        return getattr(importlib.import_module(_LATER[name]), name)
    raise AttributeError(f"module 'glowvox' has no attribute '{name}'")
