"""What a voice of several speakers keeps of each: pitch and likeness, spoken and converted into each other.

    python benchmarks/speakers.py RUN CORPUS... [--vocoder PLACE] [--clips 5] [--picture FILE.png]

RUN is a run or weights file of a Glow-TTS, CORPUS folders that hold its speakers. Of every speaker some recordings of
the test list are taken. Their texts are spoken by the speaker, and each recording is converted into all others. Pitch
is the median over voiced frames, told by our tracker; likeness the cosine of Resemblyzer's vectors, where it is
installed, to the mean vector of the speaker's test recordings (a recording's own left out).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from glowvox.audio.mel import log_mel
from glowvox.audio.pitch import pitch
from glowvox.audio.read import read_audio
from glowvox.audio.wave import Audio
from glowvox.data.corpus import read_corpus
from glowvox.data.embed import SpeakerEncoder
from glowvox.errors import MissingPart
from glowvox.evaluate.intonation import pitch_spread
from glowvox.evaluate.judges.resemblyzer import Resemblyzer
from glowvox.train.conversion import convert_recording
from glowvox.train.pictures import new_figure, save_figure
from glowvox.train.speaker import Speaker
from glowvox.train.vocoders import Vocoder

Floats = npt.NDArray[np.float64]
NEAR = 2.0  # semitones: a conversion nearer than this to its target's pitch has arrived


@dataclass
class Heard:
    """What was measured of some clips."""

    f0: list[Floats] = field(default_factory=list)  # Hz, voiced frames of each
    spread: list[float] = field(default_factory=list)  # semitones
    vectors: list[Floats] = field(default_factory=list)

    def add(self, audio: Audio, encoder: SpeakerEncoder | None) -> None:
        """Measure one more."""
        found = pitch(audio.samples, audio.sample_rate, hop=256).f0
        self.f0.append(found[found > 0].astype(np.float64))
        self.spread.append(pitch_spread(found))
        if encoder is not None:
            self.vectors.append(np.asarray(encoder.embedding(audio), np.float64))

    @property
    def median(self) -> float:
        """Hz"""
        return float(np.median(np.concatenate(self.f0)))

    def like(self, other: Heard, *, apart: bool = False) -> float:
        """Mean cosine to the other's mean vector; `apart` leaves a clip out of its own."""
        cosines = []
        for place, vector in enumerate(self.vectors):
            rest = [v for at, v in enumerate(other.vectors) if not (apart and at == place)]
            mean = np.mean(rest, axis=0)
            cosines.append(vector @ mean / (np.linalg.norm(vector) * np.linalg.norm(mean)))
        return float(np.mean(cosines)) if cosines else float("nan")


def main() -> None:
    """Measure, print two tables, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("corpora", type=Path, nargs="+")
    parser.add_argument("--vocoder", type=Path)
    parser.add_argument("--clips", type=int, default=5, help="recordings of each speaker")
    parser.add_argument("--picture", type=Path)
    given = parser.parse_args()
    voice = Speaker.load(given.run, vocoder=Vocoder.load(given.vocoder) if given.vocoder else None)
    clips = held_out(given.corpora, voice.speakers, given.clips)
    encoder: SpeakerEncoder | None = None
    try:
        encoder = Resemblyzer()
    except MissingPart as missing:
        print(f"no likeness: {missing}")
    real, spoken = ({name: Heard() for name in clips} for _ in range(2))
    converted = {(a, b): Heard() for a in clips for b in clips if a != b}
    mels: dict[str, npt.NDArray[np.float32]] = {}
    shown = next(iter(clips.values()))[0][0]  # the recording that is drawn as everybody
    for name, chosen in clips.items():
        for path, text in chosen:
            recorded = read_audio(path, voice.mel.sample_rate).audio
            real[name].add(recorded, encoder)
            spoken[name].add(voice.say(text, speaker=name), encoder)
            if path == shown:
                mels[f"{name}, recorded"] = log_mel(recorded.samples, voice.mel)
            for target in (other for other in clips if other != name):
                sound = convert_recording(voice, path, source=name, target=target)
                converted[name, target].add(sound, encoder)
                if path == shown:
                    mels[f"{name} → {target}"] = log_mel(sound.samples, voice.mel)
    print_speakers(real, spoken)
    print_conversions(real, converted)
    if given.picture is not None:
        draw(given.picture, real, spoken, converted, mels)


def held_out(corpora: Iterable[Path], speakers: Iterable[str], count: int) -> dict[str, list[tuple[Path, str]]]:
    """The first test recordings of each speaker, with their texts."""
    wanted = set(speakers)
    found: dict[str, list[tuple[Path, str]]] = {}
    for folder in corpora:
        corpus = read_corpus(folder)
        for utterance in (u for u in corpus.utterances if u.id in corpus.splits["test"]):
            name = utterance.speaker or folder.name
            if name in wanted and len(found.setdefault(name, [])) < count:
                found[name].append((utterance.audio, utterance.text))
    return found


def semitones(heard: float, target: float) -> float:
    """How far above the target."""
    return float(12 * np.log2(heard / target))


def print_speakers(real: dict[str, Heard], spoken: dict[str, Heard]) -> None:
    """What each speaker says, beside the recordings of the same texts."""
    print("| | F0, recorded | spoken | spread (st) | spoken | likeness, recorded | spoken | to the nearest other |")
    print("|---|---|---|---|---|---|---|---|")
    for name in real:
        others = max((spoken[name].like(real[other]), other) for other in real if other != name)
        print(
            f"| {name} | {real[name].median:.0f} Hz | {spoken[name].median:.0f} Hz "
            f"({semitones(spoken[name].median, real[name].median):+.1f} st) | {np.mean(real[name].spread):.1f} | "
            f"{np.mean(spoken[name].spread):.1f} | {real[name].like(real[name], apart=True):.2f} | "
            f"{spoken[name].like(real[name]):.2f} | {others[0]:.2f} ({others[1]}) |"
        )


def print_conversions(real: dict[str, Heard], converted: dict[tuple[str, str], Heard]) -> None:
    """Semitones from the target's median pitch; in brackets, how far apart the two are. Then likeness to the target."""
    print("\n| from \\ to | " + " | ".join(real) + " |\n" + "|---" * (len(real) + 1) + "|")
    near = 0
    for source in real:
        row = []
        for target in real:
            if source == target:
                row.append("")
                continue
            away = semitones(converted[source, target].median, real[target].median)
            near += abs(away) <= NEAR
            apart = semitones(real[source].median, real[target].median)
            like = converted[source, target].like(real[target])
            row.append(f"{away:+.1f} ({apart:+.1f}), {like:.2f}")
        print(f"| {source} | " + " | ".join(row) + " |")
    print(f"\nwithin {NEAR:.0f} semitones: {near} of {len(converted)}")


def draw(
    path: Path,
    real: dict[str, Heard],
    spoken: dict[str, Heard],
    converted: dict[tuple[str, str], Heard],
    mels: dict[str, npt.NDArray[np.float32]],
) -> None:
    """Pitch of every speaker recorded, spoken and converted into; one recording as all speakers."""
    figure = new_figure(width=11, height=7, title="Speakers recorded, spoken, and converted into each other")
    grid = figure.add_gridspec(2, len(mels))
    top = figure.add_subplot(grid[0, :])
    for at, name in enumerate(real):
        into = [values for (_, target), heard in converted.items() if target == name for values in heard.f0]
        for shift, (parts, colour) in enumerate(((real[name].f0, "0.35"), (spoken[name].f0, "C0"), (into, "C1"))):
            drawn = top.boxplot(
                [np.concatenate(parts)],
                positions=[at + 0.25 * (shift - 1)],
                widths=0.2,
                whis=(5, 95),
                showfliers=False,
                patch_artist=True,
            )
            drawn["boxes"][0].set(facecolor=colour, alpha=0.6)
            drawn["medians"][0].set(color="black")
    top.set_xticks(range(len(real)), list(real))
    top.set_yscale("log", base=2)
    ticks = [80, 113, 160, 226, 320]
    top.set_yticks(ticks, [str(tick) for tick in ticks])
    top.set_ylabel("F0 of voiced frames, Hz")
    top.set_title("left recorded (grey), middle spoken (blue), right converted into (orange); 5 to 95 %", fontsize=9)
    for column, (title, mel) in enumerate(mels.items()):
        axis = figure.add_subplot(grid[1, column])
        axis.imshow(mel, origin="lower", aspect="auto", cmap="magma", vmin=-11, vmax=1)
        axis.set_title(title, fontsize=9)
        axis.set_xticks([])
        axis.set_yticks([])
    save_figure(figure, path, colours=48)


if __name__ == "__main__":
    main()
