"""`say --batch` and `say --loop`: many texts with one voice in memory."""

from __future__ import annotations

import io
import json
import sys
import wave
from pathlib import Path

import pytest

from tests.cli.conftest import Command


def samples(path: str | Path) -> int:
    with wave.open(str(path)) as file:
        return file.getnframes()


def made(folder: str = "out") -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())


def stdin(monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content.encode()), "utf-8"))


def test_a_table_becomes_files(tones: Path, glowvox: Command) -> None:
    Path("rows.tsv").write_text("one\tThe tide turned.\nfast\tThe tide turned.\tben\t2\t7\n\n")
    outcome = glowvox("say", "--batch", "rows.tsv", "--output-dir", "out", "--threads", 2)
    assert outcome == (0, "", "out: 2 spoken, 0 there already, 0 failed\n")
    assert made() == ["batch.jsonl", "fast.wav", "one.wav"]
    glowvox("say", "The tide turned.", "-o", "one.wav")
    glowvox("say", "The tide turned.", "-o", "fast.wav", "--speaker", "ben", "--speed", 2, "--seed", 7)
    assert Path("out/one.wav").read_bytes() == Path("one.wav").read_bytes()
    assert Path("out/fast.wav").read_bytes() == Path("fast.wav").read_bytes()


def test_columns_may_have_names_and_lines_may_be_json(tones: Path, glowvox: Command) -> None:
    Path("a.tsv").write_text("id\tspeed\ttext\na\t2\tHello.\n")
    Path("b.jsonl").write_text('{"id": "b", "text": "Hello.", "speed": 2}\n{"id": 3, "text": "Hello."}\n')
    assert glowvox("say", "--batch", "a.tsv", "--output-dir", "out").status == 0
    outcome = glowvox("say", "--batch", "b.jsonl", "--output-dir", "out", "--format", "flac", "--json")
    assert outcome.status == 0
    told = [json.loads(line) for line in outcome.out.splitlines()]
    assert [record["file"] for record in told] == ["b.flac", "3.flac"]
    assert [word["text"] for word in told[0]["words"]] == ["Hello"]
    assert told[0]["seconds"] == pytest.approx(samples("out/a.wav") / 22_050, abs=1e-4)


def test_the_same_command_makes_only_what_is_missing_or_changed(tones: Path, glowvox: Command) -> None:
    Path("rows.tsv").write_text("a\tOne.\nb\tTwo.\nc\tThree.\n")
    command = ("say", "--batch", "rows.tsv", "--output-dir", "out")
    glowvox(*command)
    untouched = Path("out/a.wav").stat().st_mtime_ns
    Path("out/b.wav").unlink()
    Path("rows.tsv").write_text("a\tOne.\nb\tTwo.\nc\tThree, changed.\n")
    with Path("out/batch.jsonl").open("a") as journal:
        journal.write('{"id": "half a li')
    assert "2 spoken, 1 there already" in glowvox(*command).err
    assert Path("out/a.wav").stat().st_mtime_ns == untouched
    assert "0 spoken, 3 there already" in glowvox(*command).err
    assert "3 spoken, 0 there already" in glowvox(*command, "--speed", 2).err


def test_rows_that_fail_are_told_and_the_others_spoken(tones: Path, glowvox: Command) -> None:
    Path("rows.tsv").write_text(
        "good\tHello.\nempty\t \n../out\tHello.\nsolo\ngood\tAgain.\nwho\tHello.\tcarl\nslow\tHello.\t\t0\n"
        "what\tHello.\t\tfast\nmany\ta\tb\t1\t2\t3\nalso\tHello.\n"
    )
    outcome = glowvox("say", "--batch", "rows.tsv", "--output-dir", "out")
    assert outcome.status == 1
    assert made() == ["also.wav", "batch.jsonl", "good.wav"]
    for message in (
        "line 2: Object missing required field `text`",
        "line 3: id '../out' cannot be the name of a file",
        "line 4: expected an id, a tab and a text",
        "line 5: the id 'good' stands in line 1 too",
        "who: no speaker 'carl' in this voice",
        "slow: speed = 0.0: expected 0.1 to 10",
        "line 8: speed 'fast' is no number",
        "line 9: 6 columns, expected at most 5",
        "out: 2 spoken, 0 there already, 8 failed",
    ):
        assert message in outcome.err
    assert "Traceback" not in outcome.err


def test_rows_of_json_that_fail(tones: Path, glowvox: Command) -> None:
    Path("rows.jsonl").write_text('{"id": "a", "text": \n{"id": "b", "txt": "x"}\n{"id": "c", "text": 5}\n')
    outcome = glowvox("say", "--batch", "rows.jsonl", "--output-dir", "out")
    assert outcome.status == 1
    for message in ("line 1: not valid JSON", "unknown key 'txt'; did you mean 'text'", "line 3: Expected `str`"):
        assert message in outcome.err


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--batch", "none.tsv", "--output-dir", "out"], 3, "none.tsv: No such file"),
        (["--batch", "void.tsv", "--output-dir", "out"], 3, "void.tsv: no texts in it"),
        (["--batch", "latin.tsv", "--output-dir", "out"], 3, "latin.tsv: not UTF-8 text"),
        (["--batch", "void.tsv"], 2, "--batch needs --output-dir"),
        (["--batch", "void.tsv", "--output-dir", "void.tsv"], 2, "cannot be used"),
        (["--batch", "void.tsv", "--output-dir", "out", "-o", "x.wav"], 2, "takes no text, -f, -o"),
        (["--loop", "Hello."], 2, "--loop reads lines from standard input"),
        (["--loop"], 2, "nothing here can play sound"),
        (["--loop", "--output-dir", "none"], 2, "there is no such folder"),
        (["--loop", "--raw", "--json"], 2, "it goes with neither"),
    ],
)
def test_contradictions_are_told(
    tones: Path, glowvox: Command, arguments: list[str], status: int, message: str
) -> None:
    Path("void.tsv").write_text("\n")
    Path("latin.tsv").write_bytes(b"a\t\xe9\n")
    outcome = glowvox("say", *arguments)
    assert message in outcome.err
    assert outcome.status == status


def test_lines_are_spoken_as_they_come(tones: Path, glowvox: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("out").mkdir()
    stdin(monkeypatch, 'Hello.\n\n{"text": "Hello.", "id": "named", "speed": 2}\n{HH AH0 L OW1}\n')
    outcome = glowvox("say", "--loop", "--output-dir", "out")
    assert outcome.status == 0
    assert outcome.out.splitlines() == ["out/000001.wav", "out/named.wav", "out/000003.wav"]
    assert samples("out/named.wav") < samples("out/000001.wav")


def test_a_bad_line_does_not_end_the_loop(tones: Path, glowvox: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("out").mkdir()
    stdin(monkeypatch, '[pause:soon]\n{"text": "Hi.", "speaker": "carl"}\n{"text": 4}\nHello 日本.\n')
    outcome = glowvox("say", "--loop", "--output-dir", "out", "--json")
    assert outcome.status == 1
    assert [json.loads(line)["id"] for line in outcome.out.splitlines()] == ["000004"]
    for message in ("error: line 1: ", "error: line 2: no speaker 'carl'", "error: line 3: ", "note: "):
        assert message in outcome.err
    assert "3 lines could not be spoken" in outcome.err


def test_raw_lines_follow_each_other_on_standard_output(
    tones: Path, glowvox: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    glowvox("say", "Hello.", "-o", "x.wav")
    stdin(monkeypatch, "Hello.\nHello.\n")
    pipe = io.BytesIO()

    class Stdout(io.StringIO):
        buffer = pipe

    monkeypatch.setattr(sys, "stdout", Stdout())
    outcome = glowvox("say", "--loop", "--raw")
    assert outcome.status == 0
    assert outcome.err == "22050 1 s16le\n"
    assert len(pipe.getvalue()) == 2 * 2 * samples("x.wav")


def test_an_interrupt_ends_the_loop_quietly(tones: Path, glowvox: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:
            raise KeyboardInterrupt

    class Stdin(io.StringIO):
        buffer = Interrupted()

    Path("out").mkdir()
    monkeypatch.setattr(sys, "stdin", Stdin())
    outcome = glowvox("say", "--loop", "--output-dir", "out", "-q")
    assert (outcome.status, outcome.out, outcome.err.strip()) == (130, "", "interrupted")


def test_playing_lines(tones: Path, glowvox: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    from glowvox.audio import play

    heard: list[int] = []

    class Loudspeaker:
        def write(self, samples: object) -> None:
            heard.append(len(samples))  # type: ignore[arg-type]

        def finish(self) -> None:
            heard.append(0)

        def stop(self) -> None:
            raise AssertionError

    monkeypatch.setattr(play, "player_names", lambda: ["loudspeaker"])
    monkeypatch.setattr(play, "open_player", lambda name, rate: Loudspeaker())
    stdin(monkeypatch, "Hello.\nHello.\n")
    assert glowvox("say", "--loop").status == 0
    assert heard.count(0) == 2
    heard.clear()
    outcome = glowvox("say", "Hello. Hello.")
    assert outcome == (0, "", "")
    assert not Path("glowvox.wav").exists()
    assert len(heard) > 3  # piece by piece


def test_a_player_that_fails_leaves_a_file(tones: Path, glowvox: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    from glowvox.audio import play
    from glowvox.audio.players import CannotPlay

    def no_device(name: str, rate: int) -> None:
        raise CannotPlay("no device")

    monkeypatch.setattr(play, "player_names", lambda: ["loudspeaker"])
    monkeypatch.setattr(play, "open_player", no_device)
    glowvox("say", "Hello.", "-o", "x.wav")
    assert glowvox("say", "Hello.").status == 0
    assert Path("glowvox.wav").read_bytes() == Path("x.wav").read_bytes()
