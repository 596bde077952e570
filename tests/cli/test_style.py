"""`glowvox style`, and `say` and `interpolate` with what it made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from glowvox.audio.read import read_audio
from glowvox.audio.wave import Audio, write_wav
from glowvox.models.flowtron_file import write_flowtron
from glowvox.runtime.style import read_style
from tests.cli.conftest import Command
from tests.fixtures.corpora import clip
from tests.fixtures.flowtrons import make_flowtron_source
from tests.fixtures.prepared import make_prepared
from tests.fixtures.runs import make_run


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a Glow-TTS run, a Flowtron, a corpus and a recording."""
    monkeypatch.chdir(tmp_path)
    make_run(tmp_path / "run", speakers=("anna", "ben"))
    source = make_flowtron_source()
    with torch.no_grad():
        source.model.steps[-1].step.gate.bias.fill_(9.0)  # every sentence has one frame
    write_flowtron(tmp_path / "reader.safetensors", source.settings, dict(source.model.state_dict()))
    make_prepared(tmp_path / "corpus", clips=4, speakers=2)
    write_wav(tmp_path / "clip.wav", Audio(clip(0.8, silence=0.05), 16_000))
    return tmp_path


@pytest.mark.parametrize("run", ["run", "reader.safetensors"])
def test_a_style_is_taken_and_spoken_in(glowvox: Command, here: Path, run: str) -> None:
    taken = glowvox("style", "corpus", "--run", run, "--speaker", "speaker1", "--hear-as", "ben", "-o", "a.npz")
    assert taken.status == 0, taken.err
    assert taken.out.startswith("a.npz: style of 3 recordings (")
    assert "heard as ben" in taken.out
    assert read_style(Path("a.npz")).mean.shape == (80, 1)
    for name, more in (("plain", ()), ("styled", ("--style", "a.npz"))):
        said = glowvox("say", "--voice", run, "The cat.", "--variation", 0, "-o", f"{name}.wav", *more)
        assert said.status == 0, said.err
    plain, styled = (read_audio(Path(f"{name}.wav")).audio.samples for name in ("plain", "styled"))
    short = min(len(plain), len(styled))
    assert short >= 256
    assert not np.array_equal(plain[:short], styled[:short])


def test_one_recording_and_a_mean_by_frame(glowvox: Command, here: Path) -> None:
    options = ("--run", "run", "--aggregation", "batch", "--frames", 50, "--strength", 2)
    taken = glowvox("style", "clip.wav", "--text", "Oh.", "--hear-as", "anna", *options, "-o", "a.npz")
    assert taken.status == 0, taken.err
    style = read_style(Path("a.npz"))
    assert style.mean.shape == (80, 50)
    assert (style.settings.aggregation, style.settings.strength, style.settings.recordings) == ("batch", 2.0, 1)


def test_a_batch_is_spoken_anew_with_another_style(glowvox: Command, here: Path) -> None:
    Path("rows.tsv").write_text("one\tThe cat.\n")
    arguments = ("say", "--voice", "run", "--batch", "rows.tsv", "--output-dir", "out", "--style", "a.npz")
    for pattern, spoken in (("*", 1), ("*", 0), ("clip00", 1)):
        made = glowvox("style", "corpus", "--run", "run", "--hear-as", "ben", "--match", pattern, "-o", "a.npz")
        assert made.status == 0, made.err
        said = glowvox(*arguments)
        assert f"{spoken} spoken, {1 - spoken} there already" in said.err


def test_on_the_way_between_styles(glowvox: Command, here: Path) -> None:
    assert glowvox("style", "corpus", "--run", "run", "--hear-as", "ben", "-o", "a.npz").status == 0
    way = ("interpolate", "The cat.", "--run", "run", "--to-style", "a.npz", "--variation", 0)
    left = glowvox(*way, "--steps", 2, "-o", "way")
    assert left.status == 0, left.err
    one, two = (read_audio(Path(f"way/{number}.wav")).audio.samples for number in (1, 2))
    short = min(len(one), len(two))
    assert not np.array_equal(one[:short], two[:short])
    left = glowvox(*way, "--over-time", "-o", "over.wav")
    assert (left.status, left.out.split()[0]) == (0, "over.wav")
    assert short <= len(read_audio(Path("over.wav")).audio.samples) <= max(len(one), len(two))


def test_a_flowtron_on_the_way_between_speakers(glowvox: Command, here: Path) -> None:
    left = glowvox("interpolate", "Oh.", "--run", "reader.safetensors", "--to", "ben", "--steps", 3, "-o", "way")
    assert left.status == 0, left.err
    assert len(left.out.splitlines()) == 3


def test_a_flowtron_gives_a_recording_back_as_its_own_speaker(glowvox: Command, here: Path) -> None:
    words = ("--run", "reader.safetensors", "--text", "The cat.", "--from", "ben")
    for target in ("ben", "anna"):
        left = glowvox("convert", "clip.wav", *words, "--to", target, "-o", f"{target}.wav")
        assert left.status == 0, left.err
    frames = len(read_audio(Path("ben.wav")).audio.samples) // 256
    assert frames == pytest.approx(0.9 * 22050 / 256, abs=3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("clip.wav",), "one recording needs its text"),
        (("corpus", "--text", "Oh."), "--text goes with one recording"),
        (("corpus",), "does not know the speaker 'speaker0'"),
        (("corpus", "--hear-as", "bem"), "did you mean 'ben'"),
        (("corpus", "--hear-as", "ben", "--strength", 0), "style strength = 0.0 must be above 0"),
        (("corpus", "--hear-as", "ben", "--speaker", "carl"), "no recording fits"),
        (("nowhere", "--hear-as", "ben"), "nowhere"),
    ],
)
def test_what_style_refuses(glowvox: Command, here: Path, arguments: tuple[str, ...], message: str) -> None:
    left = glowvox("style", *arguments, "--run", "run", "-o", "a.npz")
    assert message in left.err
    assert left.status != 0
    assert not Path("a.npz").exists()


def test_what_say_and_interpolate_refuse(glowvox: Command, here: Path) -> None:
    Path("a.npz").write_text("no")
    for arguments, message in (
        (("say", "--voice", "run", "--style", "a.npz", "Oh.", "-o", "b.wav"), "a.npz: no style"),
        (("say", "--voice", "run", "--gate", 0.3, "Oh.", "-o", "b.wav"), "are of a Flowtron"),
        (("interpolate", "Oh.", "--run", "run", "--to-seed", 2, "--over-time", "-o", "b"), "ends in .wav"),
        (("convert", "clip.wav", "--run", "reader.safetensors", "--to", "ben", "-o", "b.wav"), "whose --text is given"),
    ):
        left = glowvox(*arguments)
        assert (left.status != 0, message in left.err) == (True, True), left.err
    assert not Path("b.wav").exists()


def test_attention_is_drawn_by_sentence(glowvox: Command, here: Path) -> None:
    said = ("say", "--voice", "reader.safetensors", "The cat. The rain.", "-o", "a.wav", "--attention", "a.png")
    left = glowvox(*said)
    assert left.status == 0, left.err
    assert "a-2.png: attention of sentence 2" in left.err
    assert all(Path(name).read_bytes().startswith(b"\x89PNG") for name in ("a.png", "a-2.png"))
    left = glowvox("say", "--voice", "run", "Oh.", "-o", "b.wav", "--attention", "b.png")
    assert (left.status, "wants the run or weights file of a Flowtron" in left.err) == (2, True)
    assert not Path("b.wav").exists()
