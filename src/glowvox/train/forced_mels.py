"""A prepared folder whose mels are what a voice makes of the texts in the recordings' own time.

A vocoder that is to follow the voice learns here what the voice leaves out; recordings and pitch stay as they are. With
the recordings' own mels beside them it does not forget those.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import torch

from glowvox.data.clip import mel_path, pitch_path, wave_path
from glowvox.data.prepared import Clip, Prepared, Row
from glowvox.data.splits import SPLITS
from glowvox.errors import CorpusError
from glowvox.files import write_array, write_bytes
from glowvox.train.speaker import Speaker

MARK = "forced-"  # before the names of the voice's files, and of its clips where they stand beside the recordings'


@torch.no_grad()
def write_forced(
    voice: Speaker,
    prepared: Prepared,
    out: Path,
    *,
    beside: bool = False,
    told: Callable[[int, int], None] = lambda done, of: None,
) -> int:
    """Write the folder; clips that are there already are kept, and the index comes last. Gives the clips.

    voice   speaks at its own variation, seed the clip's place
    beside  keep every clip with its recording's mel as well
    told    hears clips done, and of how many
    raises  CorpusError where the folder has no recordings or is to be written over itself; InputError where the voice
            was trained on other mels, symbols or speakers
    """
    if not prepared.sound:
        raise CorpusError(f"{prepared.folder}: prepared without its recordings", hint="prepare it again with --sound")
    if out.resolve() == prepared.folder.resolve():
        raise CorpusError(f"{out}: the folder itself: its mels would be lost", hint="give another folder")
    voice.mel.require_same(prepared.mel, own="the voice", others=str(prepared.folder))
    if voice.symbols.names != prepared.symbols.names:
        raise CorpusError(f"{prepared.folder}: other symbols than the voice's", hint="prepare it as the voice was")
    clips = [clip for split in SPLITS for clip in prepared.clips(split)]
    for number, clip in enumerate(clips):
        name = clip.mel_path.stem
        place = out / mel_path(MARK + name)
        if not place.is_file():
            for path in (wave_path, pitch_path):
                _link(prepared.folder / path(name), out / path(MARK + name))
            place.parent.mkdir(parents=True, exist_ok=True)
            write_array(place, _forced(voice, clip, prepared.speakers[clip.speaker], seed=number))
        if beside:
            for path in (mel_path, wave_path, pitch_path):
                _link(prepared.folder / path(name), out / path(name))
        told(number + 1, len(clips))
    write_bytes(out / "prepared.toml", (prepared.folder / "prepared.toml").read_bytes())
    write_bytes(out / "index.jsonl", _index((prepared.folder / "index.jsonl").read_bytes(), beside=beside))
    return len(clips)


def _index(rows: bytes, *, beside: bool) -> bytes:
    """The index of the voice's clips, behind those of the recordings where they are kept."""
    kept = [msgspec.json.decode(line, type=Row) for line in rows.splitlines()]
    made = [
        msgspec.structs.replace(row, id=MARK * beside + row.id, mel=mel_path(MARK + Path(row.mel).stem)) for row in kept
    ]
    return b"".join(msgspec.json.encode(row) + b"\n" for row in kept * beside + made)


def _forced(voice: Speaker, clip: Clip, speaker: str, *, seed: int) -> npt.NDArray[np.float32]:
    """What the voice makes of a clip in its time: (T, M)."""
    model = voice.model
    tokens, mel = torch.tensor([clip.ids]), torch.from_numpy(np.array(clip.mel())).T[None]
    count, frames = torch.tensor([len(clip.ids)]), torch.tensor([clip.frames])
    who = torch.tensor([voice.number(speaker)]) if len(voice.speakers) > 1 else None
    out = model(tokens, count, mel, frames, who)
    said = model.generate(
        tokens, count, speaker=who, variation=voice.settings.variation, durations=out.durations.float(), noise=seed
    )
    made = said.mel[0].T.numpy()
    if len(made) < clip.frames:  # the odd frame that does not fill a squeeze
        made = np.concatenate([made, np.repeat(made[-1:], clip.frames - len(made), axis=0)])
    return np.ascontiguousarray(made)


def _link(source: Path, target: Path) -> None:
    """The same file at another place; without a copy where the disk allows it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        return
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
