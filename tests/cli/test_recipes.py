"""The staged recipes: which commands each stage gives, and what is asked for before anything is done."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

RECIPES = Path(__file__).resolve().parents[2] / "recipes"
STUB = """#!/usr/bin/env bash
{ printf '%s|' "$CUDA_VISIBLE_DEVICES" "$@"; echo; } >>"$CALLS"
case "$1 $2" in
  'import amphion-config')
    printf '%s\\n' corpus=data/a corpus='data/b c' prepared=features/D runs=ckpts settings=features ;;
  'data list') printf 'one\\tOne.\\tanna\\n' ;;
  'import glow-tts') mkdir -p "$5" && touch "$5/run.toml" ;;
  'import hifi-gan') touch "$7" ;;
esac
"""


class Outcome(NamedTuple):
    """What run.sh left behind: the words of each command it gave, GPU in front."""

    status: int
    calls: list[list[str]]
    err: str


def run(folder: Path, *arguments: str, recipe: str = "ljspeech") -> Outcome:
    """Call run.sh in a folder, with a `glowvox` that only notes how it is called."""
    (folder / "bin").mkdir(exist_ok=True)
    (folder / "bin" / "glowvox").write_text(STUB)
    (folder / "bin" / "glowvox").chmod(0o755)
    calls = folder / "calls"
    calls.unlink(missing_ok=True)
    told = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "CALLS": str(calls)}
    script = RECIPES / recipe / "run.sh"
    done = subprocess.run(
        ["bash", script, *arguments], cwd=folder, env=os.environ | told, capture_output=True, text=True, check=False
    )
    lines = calls.read_text().splitlines() if calls.exists() else []
    return Outcome(done.returncode, [line.split("|")[:-1] for line in lines], done.stderr)


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    (tmp_path / "features" / "D").mkdir(parents=True)
    (tmp_path / "features" / "D" / "index.jsonl").touch()
    (tmp_path / "ckpts" / "mine").mkdir(parents=True)
    (tmp_path / "ckpts" / "mine" / "run.toml").touch()
    return tmp_path


@pytest.mark.parametrize("recipe", ["ljspeech", "libritts"])
def test_the_first_stage_prepares_every_dataset(recipe: str, tmp_path: Path) -> None:
    done = run(tmp_path, "--stage", "1", "--gpu", "1,2", "--num_workers", "8", recipe=recipe)
    assert done.status == 0, done.err
    assert done.calls == [
        ["1,2", "import", "amphion-config", str(RECIPES / recipe / "exp_config.json")],
        [
            *("1,2", "data", "prepare", "data/a", "data/b c", "--config", "features/prepare.toml"),
            *("-o", "features/D", "--workers", "8"),
        ],
    ]


def test_the_second_stage_trains_a_run_of_that_name(prepared: Path) -> None:
    done = run(prepared, "-s", "2", "-n", "mine", "-c", "own.json", "--", "--steps", "40")
    assert done.status == 0, done.err
    assert done.calls[0] == ["0", "import", "amphion-config", "own.json"]
    assert " ".join(done.calls[1]) == ("0 train features/D --run ckpts/mine --config features/train.toml --steps 40")


def test_the_third_stage_says_one_sentence(prepared: Path) -> None:
    asked = ("--infer_mode", "single", "--infer_text", "Hello, you.", "--noise_scale", "0.3", "--length_scale", "1.2")
    done = run(prepared, "--stage", "3", "--infer_expt_dir", "ckpts/mine", *asked)
    assert done.status == 0, done.err
    assert done.calls[1:] == [
        [
            *("0", "say", "--voice", "ckpts/mine", "--noise-scale", "0.3", "--length-scale", "1.2"),
            *("-o", "ckpts/mine/result/single/test_pred.wav", "Hello, you."),
        ]
    ]


def test_the_third_stage_says_a_list_of_a_dataset_through_a_hifi_gan(prepared: Path) -> None:
    (prepared / "hifigan").mkdir()
    asked = ("--infer_mode", "batch", "--infer_dataset", "D", "--infer_testing_set", "val", "--vocoder_dir", "hifigan")
    done = run(prepared, "--stage", "3", "--name", "mine", "--infer_output_dir", "out", *asked)
    assert done.status == 0, done.err
    _, vocoder, table, say = done.calls
    file = vocoder[-1]
    assert vocoder == ["0", "import", "hifi-gan", "hifigan", "--mel-of", "ckpts/mine", "-o", file]
    assert file.startswith("out/")
    assert table == ["0", "data", "list", "features/D", "--split", "val"]
    assert say[1:] == [
        *("say", "--voice", "ckpts/mine", "--noise-scale", "0.667", "--length-scale", "1.0", "--vocoder", file),
        *("--batch", "out/val.tsv", "--output-dir", "out/batch"),
    ]
    assert (prepared / "out" / "val.tsv").read_text() == "one\tOne.\tanna\n"
    again = run(prepared, "--stage", "3", "--name", "mine", "--infer_output_dir", "out", *asked)
    assert "hifi-gan" not in [word for call in again.calls for word in call]  # it is there already


def test_an_experiment_of_amphions_is_brought_in_once(prepared: Path) -> None:
    asked = ("--infer_mode", "batch", "--test_list_file", "mine.tsv", "--speaker_name", "anna")
    for known in (False, True):
        done = run(prepared, "--stage", "3", "--infer_expt_dir", "theirs", *asked)
        assert done.status == 0, done.err
        brought = ["0", "import", "glow-tts", "theirs", "-o", "theirs/glowvox"]
        assert (brought in done.calls) == (not known)
        say = " ".join(done.calls[-1])
        assert "--voice theirs/glowvox " in say
        assert say.endswith("--speaker anna --batch mine.tsv --output-dir theirs/result/batch")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "say which stage: --stage 1, 2, 3 or 1-3"),
        ("--stage 4", "--stage 4: expected 1, 2, 3 or a range as 1-3"),
        ("--stage", "--stage needs a value"),
        ("--stage 1 --steps 3", "unknown option --steps; run.sh --help lists them"),
        ("--stage 1-2", "stage 2 needs the name of the run: --name"),
        ("--stage 3 --infer_mode single", "stage 3 needs the folder of the run: --infer_expt_dir"),
        ("--stage 3 --name a", "--infer_mode is missing: expected single or batch"),
        ("--stage 3 --name a --infer_mode single", "--infer_mode single needs what to say: --infer_text"),
        (
            "--stage 1-3 --name a --infer_mode batch --infer_dataset D",
            "--infer_mode batch needs --infer_dataset and --infer_testing_set, or --test_list_file",
        ),
    ],
)
def test_what_is_missing_is_asked_for_before_anything_is_done(arguments: str, message: str, tmp_path: Path) -> None:
    done = run(tmp_path, *arguments.split())
    assert (done.status, done.err, done.calls) == (2, f"error: {message}\n", [])


def test_training_without_features_says_so(tmp_path: Path) -> None:
    done = run(tmp_path, "--stage", "2", "--name", "a")
    assert done.status == 2
    assert done.err == "error: features/D: no features yet; run stage 1\n"


def test_every_argument_of_the_published_script_is_explained(tmp_path: Path) -> None:
    script = RECIPES / "libritts" / "run.sh"
    told = subprocess.run(["bash", script, "--help"], capture_output=True, text=True, check=True).stdout
    names = (
        *("--config", "--name", "--stage", "--gpu", "--infer_expt_dir", "--infer_output_dir", "--infer_mode"),
        *("--infer_dataset", "--infer_testing_set", "--infer_text", "--vocoder_dir", "--noise_scale", "--length_scale"),
    )
    assert all(f"{name} " in told or f"{name}\n" in told for name in names)
