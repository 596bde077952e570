"""What a run or a file of weights was trained to do, told from its settings: no torch is needed to ask."""

from __future__ import annotations

VOCODER_KINDS = ("vocoder", "waveglow")  # kinds of runs that learn sound


def kind_in(settings: str) -> str:
    """What the settings of a run, as TOML text, train: "voice" (of Glow-TTS), or one of the others by name."""
    lines = settings.splitlines()
    return next((kind for kind in (*VOCODER_KINDS, "flowtron") if f'kind = "{kind}"' in lines), "voice")
