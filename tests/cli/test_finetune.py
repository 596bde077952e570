"""`glowvox finetune`: from a folder of recordings to a voice, stopped and gone on with, and refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import pytest
import torch

from glowvox.audio.mel import MelConfig
from glowvox.export import gate
from glowvox.models.glow_tts import GlowTTS
from glowvox.models.glow_tts_config import DecoderConfig, DurationConfig, EncoderConfig, GlowTTSConfig
from glowvox.runtime.voice import Voice
from glowvox.text.symbols import ARPABET
from glowvox.train import new_speaker
from glowvox.train.checkpoint import write_checkpoint
from glowvox.train.config import TrainConfig
from glowvox.train.run import Run, RunSettings
from glowvox.train.weights import read_weights, trained_values, write_weights
from tests.cli.conftest import Command
from tests.fixtures.corpora import SENTENCES, make_ljspeech

MODEL = GlowTTSConfig(
    encoder=EncoderConfig(width=16, feed_forward=16, layers=1),
    duration=DurationConfig(width=16),
    decoder=DecoderConfig(blocks=1, width=16, layers=1),
    speaker_width=8,
)
STATEMENT = "I am Ada Berg and this is my voice."
AGREED = ("--consent", STATEMENT)


def make_base(folder: Path, speakers: tuple[str, ...] = ("anna", "ben")) -> Path:
    """Weights of a voice that has learned nothing."""
    settings = RunSettings(
        train=TrainConfig(model=MODEL, precision="fp32"),
        mel=MelConfig(),
        front_end="english",
        symbols=tuple(ARPABET.names),
        speakers=speakers,
        variation=0.25,
    )
    torch.manual_seed(0)
    model = GlowTTS(MODEL, vocabulary=len(settings.symbols), bands=80, speakers=len(speakers))
    with torch.no_grad():
        model.encoder.duration.projection.bias.fill_(1.0)
    run = Run.create(folder / "base-run", settings)
    values = dict(model.state_dict())
    write_checkpoint(run.checkpoints, 7, {"model": values, "ema": values}, {"best": 1.0})
    write_weights(run, folder / "base.safetensors", card={"data": "somebody's readings", "licence": "CC0-1.0"})
    return folder / "base.safetensors"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with recordings and a base, and a training of a dozen steps."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(new_speaker, "FEWEST", 12)
    monkeypatch.setattr(new_speaker, "EPOCHS", 1)
    monkeypatch.setattr(new_speaker, "LEAST_S", 5.0)
    monkeypatch.setattr(gate, "CHECK_TEXTS", ("Noon came.",))
    make_ljspeech(tmp_path / "mine")
    (tmp_path / "weights").mkdir()
    make_base(tmp_path).rename(tmp_path / "weights" / "duo.safetensors")
    return tmp_path


def test_recordings_become_a_voice_and_a_stop_in_between_costs_nothing(
    here: Path, glowvox: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    from glowvox.train.loop import Stop

    asked = iter([None] * 5 + ["stopped by SIGINT"])
    with monkeypatch.context() as patch:
        patch.setattr(Stop, "now", lambda self: setattr(self, "reason", next(asked)) or self.reason is not None)
        stopped = glowvox("finetune", "mine", "--name", "ada", "--workers", 1, *AGREED, "--json")
    assert stopped.status == 0, stopped.err
    record = json.loads(stopped.out)
    assert record == {"voice": None, "run": "runs/ada", "step": 5, "ending": "stopped by SIGINT"}
    assert re.search(r"^12 clips, \d+ s, ready$", stopped.err, re.MULTILINE)
    assert "splits: train 10, val 2, test 0" in stopped.err
    assert "12 steps; from step 12 on look at runs/ada/report.html" in stopped.err
    assert "saved at step 5. The same command goes on." in stopped.err
    assert not Path("voices").exists()

    done = glowvox("finetune", "mine", "--name", "ada", "--workers", 1)  # consent is known
    assert done.status == 0, done.err
    assert done.out == "voices/ada\n"
    assert "runs/ada: going on" in done.err
    assert "nearest speaker" not in done.err
    assert "all 12 steps are done. Try: glowvox say --voice voices/ada" in done.err
    steps = [json.loads(line)["step"] for line in Path("runs/ada/metrics.jsonl").read_text().splitlines()]
    assert steps == sorted(steps)
    voice = Voice.load("voices/ada")
    assert voice.speakers == ("ada",)
    assert voice.settings.consent == STATEMENT
    assert voice.settings.licence == "LicenseRef-all-rights-reserved"
    assert voice.settings.data == "10 recordings of ada (0.3 min), begun with duo (somebody's readings)"
    assert voice.settings.variation == 0.25
    assert voice.say("Noon came.").seconds > 0.1
    card = Path("voices/ada/CARD.md").read_text()
    assert STATEMENT in card
    assert "after those of duo" in card
    run = Run.load(Path("runs/ada"))
    assert (run.settings.speakers, run.settings.train.model.speakers) == (("ada",), "given")
    assert "samples/step-0000012/sentence-1-1-ada.wav" in (run.folder / "report.html").read_text()

    before = read_weights(here / "weights" / "duo.safetensors")[1]
    after, _ = trained_values(run)
    moved = {
        name for name, value in before.items() if name != "speaker_table.weight" and not torch.equal(after[name], value)
    }
    assert {name.split(".")[0] for name in moved} == {"decoder", "encoder"}
    assert all(name.startswith(("decoder.", "encoder.duration.")) for name in moved)

    longer = glowvox("train", "-o", "runs/ada", "--steps", 14, "--set", "test_sentences=[]")
    assert longer.status == 0, longer.err
    assert "all 14 steps are done" in longer.err
    assert Run.load(run.folder).settings.variation == 0.25


def test_consent_is_asked_for_once_and_kept(here: Path, glowvox: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = glowvox("finetune", "mine", "--name", "ada")
    assert refused.status == 2
    assert "needs the consent of the person who speaks" in refused.err
    assert '--consent "I am Ada Berg' in refused.err
    assert not (here / "runs").exists()
    short = glowvox("finetune", "mine", "--name", "ada", "--consent", "yes")
    assert "--consent 'yes': expected a sentence" in short.err

    from glowvox.cli import agreement
    from glowvox.train.new_speaker import Base

    asked: list[str] = []

    def prompt(text: str, *, err: bool) -> str:
        asked.append(text)
        assert err
        return f"  {STATEMENT} "

    monkeypatch.setattr(click, "prompt", prompt)
    for stream in (agreement.sys.stdin, agreement.sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    base = Base.load(here / "weights" / "duo.safetensors")
    for _ in range(2):
        kept = agreement.agree(here / "run", "ada", base, consent=None, licence=None)
        assert kept.consent == STATEMENT
    assert len(asked) == 1
    changed = agreement.agree(here / "run", "ada", base, consent="I, Ada Berg, agree.", licence="CC0-1.0")
    assert (changed.consent, changed.licence) == ("I, Ada Berg, agree.", "CC0-1.0")
    assert agreement.agree(here / "run", "ada", base, consent=None, licence=None) == changed


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["mine", "--name", "a/b", *AGREED], 2, "--name a/b: expected letters"),
        (["none", "--name", "ada", *AGREED], 3, "none: no such folder"),
        (["few", "--name", "ada", *AGREED], 3, "2 clips, 3 s to learn from"),
        (["broken", "--name", "ada", *AGREED], 3, "not ready: 12 things to fix"),
        (["mine", "--name", "ada", *AGREED, "--base", "none"], 2, "--base none: no such file"),
        (["mine", "--name", "ada", *AGREED, "--base", "exported"], 3, "an exported voice cannot learn any more"),
        (["mine", "--name", "ada", *AGREED, "-o", "mine"], 2, "mine: exists and is no voice"),
    ],
)
def test_what_is_wrong_is_said_before_anything_trains(
    here: Path, glowvox: Command, arguments: list[str], status: int, message: str
) -> None:
    make_ljspeech(here / "few", SENTENCES[:2])
    for clip in (make_ljspeech(here / "broken") / "wavs").iterdir():
        clip.write_text("no sound")
    (here / "exported").mkdir()
    (here / "exported" / "voice.json").write_text("{}")
    outcome = glowvox("finetune", *arguments, "--workers", 1)
    assert (outcome.status, message in outcome.err) == (status, True), outcome.err
    assert not list(here.glob("runs/*/checkpoints"))


def test_a_run_is_not_gone_on_with_as_another_voice(here: Path, glowvox: Command) -> None:
    from glowvox.cli import agreement
    from glowvox.train.new_speaker import Base

    base = Base.load(here / "weights" / "duo.safetensors")
    agreement.agree(here / "runs" / "ada", "ada", base, consent=STATEMENT, licence=None)
    outcome = glowvox("finetune", "mine", "--name", "eva", "--run", "runs/ada", *AGREED)
    assert outcome.status == 2
    assert "a voice 'ada' was begun there from duo, not 'eva'" in outcome.err


def test_without_weights_it_says_where_to_get_them(
    here: Path, glowvox: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    from glowvox.cli import bases

    (here / "weights" / "duo.safetensors").unlink()
    monkeypatch.setenv("XDG_DATA_HOME", str(here / "data"))
    monkeypatch.setattr(bases.glowvox, "__file__", str(here / "lib" / "site" / "glowvox" / "__init__.py"))
    outcome = glowvox("finetune", "mine", "--name", "ada", *AGREED)
    assert outcome.status == 2
    assert "no voice to begin with" in outcome.err
    assert f"put it into {here / 'data' / 'glowvox' / 'weights'} or give it: --base FILE" in outcome.err
    for place in (here / "data" / "glowvox" / "weights", here / "weights"):
        make_base(here).rename(_made(place) / "duo.safetensors")
        assert bases.base_place(None).resolve().parent == place


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
