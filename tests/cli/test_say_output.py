"""`say`: where text comes from, where sound and times go, and everything that can be wrong."""

from __future__ import annotations

import io
import json
import sys
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Unpack

import pytest

from glowvox.audio.read import read_audio
from glowvox.audio.riff import wav_header
from glowvox.audio.wave import Audio
from glowvox.cli.saying import heard
from glowvox.evaluate.textgrid import parse_textgrid
from glowvox.runtime.manner import Options
from tests.cli.conftest import Command
from tests.fixtures.voices import FRAMES, HOP, RATE, ToneVoice

TEXT = "The tide turned. It cost $3.50!"


class Pipe(io.BytesIO):
    """Standard output that cannot go back, with a buffer as the real one has."""

    def seekable(self) -> bool:
        return False


def pipe(monkeypatch: pytest.MonkeyPatch) -> Pipe:
    """Standard output becomes a pipe for bytes; to be called in the test itself, where capturing has begun."""
    stream = Pipe()

    class Stdout(io.StringIO):
        buffer = stream

    monkeypatch.setattr(sys, "stdout", Stdout())
    return stream


def stdin(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), "utf-8"))


def samples(path: str) -> int:
    with wave.open(path) as file:
        return file.getnframes()


def test_without_a_player_the_sound_lands_in_glowvox_wav(tones: Path, glowvox: Command) -> None:
    outcome = glowvox("Hello there.")
    assert (outcome.status, outcome.out) == (0, "")
    assert outcome.err.startswith("glowvox.wav: 0.")
    assert samples("glowvox.wav") == (2 + 7 + 1 + 1) * FRAMES * HOP  # start, end, phonemes, boundary, full stop


@pytest.mark.parametrize("ending", ["wav", "flac", "mp3", "ogg", "opus"])
def test_files_of_every_format(tones: Path, glowvox: Command, ending: str) -> None:
    assert glowvox("say", TEXT, "-o", f"x.{ending}", "-q") == (0, "", "")
    assert glowvox("say", TEXT, "-o", "y.wav").status == 0
    assert read_audio(Path(f"x.{ending}")).audio.seconds == pytest.approx(samples("y.wav") / RATE, abs=0.06)


def test_a_pipe_gets_a_wav_that_ends_when_it_ends(
    tones: Path, glowvox: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert glowvox("say", TEXT, "-o", "whole.wav").status == 0
    out = pipe(monkeypatch)
    assert glowvox("say", TEXT, "-o", "-").status == 0
    header = wav_header(RATE, None, synthetic=True)
    assert out.getvalue()[: len(header)] == header
    assert out.getvalue()[len(header) :] == Path("whole.wav").read_bytes()[len(header) :]


def test_raw_samples_say_their_rate_on_standard_error(
    tones: Path, glowvox: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert glowvox("say", TEXT, "-o", "whole.wav").status == 0
    out = pipe(monkeypatch)
    outcome = glowvox("say", TEXT, "--raw")
    assert outcome.err == "22050 1 s16le\n"
    assert out.getvalue() == Path("whole.wav").read_bytes()[-len(out.getvalue()) :]
    assert len(out.getvalue()) == 2 * samples("whole.wav")


def test_text_comes_from_several_files_and_from_a_dash(
    tones: Path, glowvox: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.txt").write_text("The tide turned.")
    Path("b.txt").write_text("It rose.")
    assert glowvox("say", "-f", "a.txt", "-f", "b.txt", "-o", "files.wav").status == 0
    glowvox("say", "The tide turned.\n\nIt rose.", "-o", "argument.wav")
    stdin(monkeypatch, b"The tide turned.\n\nIt rose.")
    glowvox("say", "-", "-o", "dash.wav")
    assert len({Path(f"{name}.wav").read_bytes() for name in ("files", "argument", "dash")}) == 1


def test_times_in_every_form(tones: Path, glowvox: Command) -> None:
    outcome = glowvox(
        "say", TEXT, "-o", "x.wav", "--srt", "x.srt", "--vtt", "x.vtt", "--textgrid", "x.TextGrid", "--times", "x.json",
        "--json", "-q",
    )  # fmt: skip
    assert (outcome.status, outcome.err) == (0, "")
    told = json.loads(outcome.out)
    assert (told["text"], told["voice"], told["seed"], told["output"]) == (TEXT, "tones", 0, "x.wav")
    assert told["seconds"] == pytest.approx(samples("x.wav") / RATE, abs=1e-4)
    assert [word["text"] for word in told["words"]][:3] == ["The", "tide", "turned"]
    for word in told["words"][:3]:
        assert TEXT[slice(*word["span"])] == word["text"]
    frame = HOP / RATE
    assert told["words"][0]["start"] == pytest.approx(FRAMES * frame, abs=1e-3)  # behind the start symbol
    assert told["phonemes"][0]["text"] == "DH"
    written = json.loads(Path("x.json").read_text())
    assert {key: told[key] for key in ("text", "seconds", "sample_rate", "words", "phonemes")} == written
    blocks = Path("x.srt").read_text().split("\n\n")
    assert [block.split("\n")[2] for block in blocks if block.strip()] == ["The tide turned.", "It cost $3.50!"]
    assert Path("x.vtt").read_text().startswith("WEBVTT\n\n00:00:00.")
    grid = parse_textgrid(Path("x.TextGrid").read_text(), id="x", where="x")
    assert [i.label for i in grid.tier("words").intervals][:3] == ["The", "tide", "turned"]
    assert grid.seconds == pytest.approx(told["seconds"], abs=1e-4)
    second = next(word for word in told["words"] if word["text"] == "It")
    assert second["start"] > told["words"][2]["end"] + 0.25  # times go on behind the first sentence and its pause


def test_ways_of_speaking(tones: Path, glowvox: Command) -> None:
    glowvox("say", TEXT, "-o", "plain.wav")
    glowvox("say", TEXT, "-o", "fast.wav", "--speed", 2)
    glowvox("say", TEXT, "-o", "scaled.wav", "--length-scale", 0.5)
    glowvox("say", TEXT, "-o", "paused.wav", "--sentence-pause", 1.25)
    glowvox("say", TEXT, "-o", "blend.wav", "--speaker", "anna:0.6,ben:0.4")
    glowvox("say", TEXT, "-o", "loud.wav", "--volume", 2)
    assert Path("fast.wav").read_bytes() == Path("scaled.wav").read_bytes()
    assert samples("fast.wav") < 0.6 * samples("plain.wav")
    assert samples("paused.wav") == samples("plain.wav") + RATE
    assert Path("blend.wav").read_bytes() != Path("plain.wav").read_bytes()
    plain, loud = (read_audio(Path(f"{name}.wav")).audio.samples for name in ("plain", "loud"))
    assert abs(loud).max() == pytest.approx(2 * abs(plain).max(), abs=1e-3)


def test_a_user_lexicon_is_heard(tones: Path, glowvox: Command) -> None:
    Path("names.txt").write_text("Xq  HH AH0 L OW1\n")
    told = json.loads(glowvox("say", "Xq.", "--lexicon", "names.txt", "-o", "x.wav", "--json").out)
    assert [p["text"] for p in told["phonemes"]] == ["HH", "AH0", "L", "OW1"]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["", "-o", "x.wav"], 3, "nothing to speak"),
        (["   \n\t ", "-o", "x.wav"], 3, "nothing to speak"),
        (["Hi.", "--speaker", "bem", "-o", "x.wav"], 2, "no speaker 'bem' in this voice; did you mean 'ben'?"),
        (["Hi.", "--speaker", "anna:x", "-o", "x.wav"], 2, "'x' is no share"),
        (["Hi.", "--speed", "0", "-o", "x.wav"], 2, "speed = 0.0: expected 0.1 to 10"),
        (["Hi.", "--speed", "-1", "-o", "x.wav"], 2, "speed = -1.0: expected 0.1 to 10"),
        (["Hi.", "--speed", "nan", "-o", "x.wav"], 2, "speed = nan: expected 0.1 to 10"),
        (["Hi.", "--length-scale", "0", "-o", "x.wav"], 2, "--length-scale 0.0: expected a number above 0"),
        (["Hi.", "--length-scale", "nan", "-o", "x.wav"], 2, "--length-scale nan: expected a number above 0"),
        (["Hi.", "--length-scale", "1", "--speed", "1", "-o", "x.wav"], 2, "give one of them"),
        (["Hi.", "--volume", "-1", "-o", "x.wav"], 2, "volume = -1.0: expected 0 to 10"),
        (["Hi.", "--sentence-pause", "nan", "-o", "x.wav"], 2, "sentence_pause = nan"),
        (["Hi.", "--variation", "3", "-o", "x.wav"], 2, "3.0 is not in the range"),
        (["Hi.", "--seed", "-1", "-o", "x.wav"], 2, "-1 is not in the range"),
        (["Hi.", "--threads", "0", "-o", "x.wav"], 2, "0 is not in the range"),
        (["Hi.", "-o", "no/x.wav"], 2, "no/x.wav: the folder no does not exist"),
        (["Hi.", "-o", "x.xyz"], 2, "the ending '.xyz' is no sound format"),
        (["Hi.", "-o", "x"], 2, "a sound file needs an ending"),
        (["Hi.", "-o", "voices.wav"], 2, "it is a folder or a device"),
        (["Hi.", "-o", "x.wav", "--raw"], 2, "give one of them"),
        (["Hi.", "--raw", "--json"], 2, "both want standard output"),
        (["Hi.", "-o", "x.wav", "--srt", "no/x.srt"], 2, "the folder no does not exist"),
        (["Hi.", "-o", "x.wav", "--times", "x.wav"], 2, "something else is written to this file"),
        (["Hi.", "-o", "x.wav", "--srt", "x.s", "--vtt", "x.s"], 2, "something else is written to this file"),
        (["Hi.", "--output-dir", "voices"], 2, "--output-dir goes with --batch or --loop"),
        (["Hi.", "--loop", "--batch", "x"], 2, "--loop and --batch exclude each other"),
        (["Hi.", "-f", "a.txt", "-o", "x.wav"], 2, "as an argument or with --file, not both"),
        (["-f", "latin.txt", "-o", "x.wav"], 3, "latin.txt: not UTF-8 text (byte 4)"),
        (["日本", "--strict", "-o", "x.wav"], 3, "U+65E5"),
        (["[pause:soon]", "-o", "x.wav"], 3, "'soon' is no duration"),
        (["Hi.", "--voice", "tonnes", "-o", "x.wav"], 2, "no voice 'tonnes'"),
        (["Hi.", "--voice", "latin.txt", "-o", "x.wav"], 3, "latin.txt: not a voice"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    tones: Path, glowvox: Command, arguments: list[str], status: int, message: str
) -> None:
    Path("voices.wav").mkdir()
    Path("latin.txt").write_bytes(b"caf\xe9"[:3] + b" \xe9")
    outcome = glowvox("say", *arguments)
    assert message in outcome.err
    assert outcome.status == status
    assert "Traceback" not in outcome.err
    assert sorted(path.name for path in tones.iterdir()) == ["latin.txt", "voices", "voices.wav"]


@pytest.mark.parametrize(
    "text",
    [
        "...",
        "\ud800",
        "[pause:0.5s]",
        "{HH}",
        "—",
        "1" * 400,
        "?!",
        "a",
        "I",
        "\x00\x07Hello\x1b[31m",
        "🙂",
        "Hello 日本 мир",
    ],
)
def test_odd_texts_are_spoken_or_refused_in_words(tones: Path, glowvox: Command, text: str) -> None:
    outcome = glowvox("say", text, "-o", "x.wav")
    assert "Traceback" not in outcome.err
    if outcome.status:
        assert outcome.status == 3
        assert "nothing to speak" in outcome.err
        assert not Path("x.wav").exists()
    else:
        assert samples("x.wav") > 0


def test_a_hundred_thousand_characters(tones: Path, glowvox: Command) -> None:
    Path("book.txt").write_text("Yes, yes, and yes again: " * 4000)  # one sentence, cut at its commas
    outcome = glowvox("say", "-f", "book.txt", "-o", "x.wav", "--speed", 10)
    assert outcome.status == 0
    assert samples("x.wav") > 600 * RATE


def test_a_long_text_tells_how_far_it_is(tones: Path, glowvox: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heard, "EVERY_S", 0.0)
    outcome = glowvox("say", "One. Two. Three. Four.", "-o", "x.wav")
    shares = [line.split(" ")[0] for line in outcome.err.splitlines() if "% of the text" in line]
    assert shares == ["14", "36", "68", "95"]
    assert "% of the text" not in glowvox("say", "One. Two.", "-o", "x.wav", "-q").err


def test_what_cannot_be_spoken_is_a_note_unless_quiet(tones: Path, glowvox: Command) -> None:
    outcome = glowvox("say", "Hello 日本.", "-o", "x.wav")
    assert "note: " in outcome.err
    assert glowvox("say", "Hello 日本.", "-o", "x.wav", "-q").err == ""
    many = " ".join(chr(0x4E00 + number) for number in range(40))
    noted = glowvox("say", f"Hello {many}.", "-o", "x.wav").err
    assert noted.count("note: ") <= 21


def test_a_text_is_never_taken_for_standard_input_of_a_terminal(
    tones: Path, glowvox: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal())
    assert "no text given" in glowvox("say").err
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert "audio is not written to a terminal" in glowvox("say", "Hi.", "-o", "-").err


@pytest.mark.parametrize("name", ["x.wav", "x.mp3"])
def test_an_interrupt_leaves_nothing_behind(
    tones: Path, glowvox: Command, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    whole = ToneVoice.stream

    def interrupted(self: ToneVoice, text: str, **options: Unpack[Options]) -> Iterator[Audio]:
        yield next(whole(self, text, **options))
        raise KeyboardInterrupt

    monkeypatch.setattr(ToneVoice, "stream", interrupted)
    outcome = glowvox("say", TEXT, "-o", name, "--srt", "x.srt")
    assert (outcome.status, outcome.err.strip()) == (130, "interrupted")
    assert [path.name for path in tones.iterdir()] == ["voices"]
