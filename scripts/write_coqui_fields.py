"""Write docs/coqui-fields.md from the table of fields.

python scripts/write_coqui_fields.py
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from glowvox.importers.coqui_fields import FIELDS, PROSE, table

PAGE = Path(__file__).resolve().parent.parent / "docs" / "coqui-fields.md"


def page() -> str:
    """The whole page."""
    counted = Counter(field.status for field in FIELDS)
    return f"""# Coming from Coqui TTS

`glowvox import coqui-glow-tts MODEL --config config.json -o runs/mine` reads a Glow-TTS checkpoint of Coqui TTS with
the settings it was trained with: any of the four encoders, weight normalisation in either of torch's spellings or
folded, speaker tables and d-vectors, and the tokenizer, whose ids stay what they were. What is skipped is named; what
does not fit is refused, and then nothing is written. [What it does not take over](defects.md) of the original's
behaviour has a page of its own.

An imported run speaks, aligns, is exported and trains on like any other. To train on, recordings are prepared with its
front end, its mel spectrogram and its limits of length, which stand in its `prepare.toml`; names of speakers are those
in its `run.toml`. Its [speakers and its layers](speakers.md) can be trained one by one:

```text
glowvox import coqui-glow-tts best_model.pth --config config.json -o runs/mine
glowvox data prepare CORPUS -o prepared/mine --config runs/mine/prepare.toml --speaker NAME
glowvox train -o runs/mine --set prepared=prepared/mine
glowvox train prepared/mine --finetune-from runs/mine -o runs/another --freeze 'encoder.*'
```

## Every field

Every one of the {len(FIELDS)} fields of their `GlowTTSConfig`, in the order of its signature: {counted["honoured"]} are
honoured and {counted["refused"]} refused, being dead there or bound to something that is not here. A setting beginning
with `train` or `run` stands in a run's `run.toml`; those of training can be given to `glowvox train` with `--set`. One
beginning with `prepare` belongs to `glowvox data prepare`. Other names are commands.

{table(FIELDS)}
Their page also explains {len(PROSE)} names that the class does not have:

{table(PROSE)}"""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
