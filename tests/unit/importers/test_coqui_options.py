"""Coqui's options of training and of data, one by one, in an imported run's settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from glowvox.config import load
from glowvox.data.prepare_config import PrepareConfig
from glowvox.errors import ConfigError
from glowvox.importers.coqui_fields import FIELDS
from glowvox.importers.coqui_preparing import PREPARE, split_options
from glowvox.importers.coqui_settings import model_config
from glowvox.importers.coqui_training import train_config
from glowvox.train.config import TrainConfig
from glowvox.train.run import Run
from tests.fixtures.coqui import bring_in, model_of, settings, their_tensors


def trained(**fields: Any) -> TrainConfig:
    table = settings(**fields)
    return train_config(table, model_config(table, where="test"), where="test", speakers=("anna",))


@pytest.mark.parametrize(
    ("fields", "place", "value"),
    [
        ({"model_param_stats": True}, "weight_histograms", True),
        ({"save_checkpoints": False}, "every.save", 1_000_000_000),
        ({"save_step": 70}, "every.save", 70),
        ({"run_eval_steps": 30}, "every.validate", 30),
        ({"save_all_best": True}, "best.keep_all", True),
        ({"save_best_after": 10_000}, "best.after", 10_000),
        ({"target_loss": None}, "judged_by", ("val_nll", "val_duration")),
        ({"target_loss": "loss_mle"}, "judged_by", ("val_nll",)),
        ({"target_loss": "avg_loss_dur"}, "judged_by", ("val_duration",)),
        ({"allow_tf32": True}, "cuda.tf32", True),
        ({"cudnn_enable": False}, "cuda.cudnn", False),
        ({"cudnn_deterministic": True}, "cuda.deterministic", True),
        ({"cudnn_benchmark": True}, "cuda.benchmark", True),
        ({"use_noise_augment": True}, "batch.noise", 1 / 32_768),
        ({}, "batch.noise", 0.0),
        ({"batch_group_size": 4}, "batch.group", 4),
        ({"start_by_longest": True}, "batch.longest_first", True),
        ({"drop_last": True}, "batch.drop_last", True),
        ({"use_speaker_weighted_sampler": True}, "batch.balance.speaker", 1.0),
        ({"use_speaker_weighted_sampler": False}, "batch.balance.speaker", 0.0),
        # alone, a sampler's factor scales all weights alike
        (
            {"use_language_weighted_sampler": True, "language_weighted_sampler_alpha": 3.0},
            "batch.balance.language", 1.0,
        ),
        (
            {"use_language_weighted_sampler": True, "use_length_weighted_sampler": True,
             "length_weighted_sampler_alpha": 0.5},
            "batch.balance.length", 0.5,
        ),
        (
            {"test_sentences": ["One.", ["Two.", "anna"], ["Three.", None, None], ["Four.", "nobody"], ["Five."]]},
            "test_sentences", ("One.", ("Two.", "anna"), "Three.", "Four.", "Five."),
        ),
    ],
)  # fmt: skip
def test_an_option_is_a_setting_of_the_run(fields: dict[str, Any], place: str, value: object) -> None:
    found: object = trained(**fields)
    for part in place.split("."):
        found = getattr(found, part)
    assert found == value


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"target_loss": "loss_mlee"}, "target_loss = 'loss_mlee': no such loss; did you mean 'loss_mle'?"),
        ({"test_sentences": [7]}, "test_sentences: 7: expected a text, or a list"),
        ({"batch_group_size": -1}, "batch: group = -1"),
        (
            {"use_speaker_weighted_sampler": True, "use_language_weighted_sampler": True,
             "speaker_weighted_sampler_alpha": -1},
            "balance: speaker = -1.0",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_its_field(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        trained(**fields)
    assert message in caught.value.message


def test_an_imported_run_says_how_to_prepare_recordings(tmp_path: Path) -> None:
    table = settings(
        min_audio_len=8_000, max_audio_len=160_000, min_text_len=3, max_text_len=120, eval_split_size=0.05,
        eval_split_max_size=64, use_noise_augment=True,
        audio={"sample_rate": 16_000, "do_trim_silence": False, "do_rms_norm": True, "db_level": -27.0},
    )  # fmt: skip
    done = bring_in(tmp_path, table, their_tensors(model_of(table)))
    config = load(done.run / PREPARE, PrepareConfig)
    run = Run.load(done.run).settings
    assert (config.front_end, config.mel) == (run.front_end, run.mel)
    assert (config.min_seconds, config.max_seconds) == (0.5, 10.0)
    assert (config.min_characters, config.max_characters) == (3, 120)
    assert (config.trim, config.level, config.speech_db, config.sound) == (False, True, -27.0, True)
    assert done.notes[-1].endswith(f"--config {done.run / PREPARE} --held-out 0.05 --held-out-most 64")
    plain = bring_in(tmp_path, settings(), their_tensors(model_of(settings())), name="plain")
    config = load(plain.run / PREPARE, PrepareConfig)
    assert (config.max_characters, config.trim, config.trim_db, config.level) == (None, True, 45.0, False)
    assert config.max_seconds == float("inf")


@pytest.mark.parametrize(
    ("fields", "options"),
    [
        ({}, "--held-out 0.01"),
        ({"eval_split_size": 20, "eval_split_max_size": 5}, "--held-out 20"),
        ({"eval_split_size": 0}, "--held-out 0"),
    ],
)
def test_the_evaluation_split_is_an_option_of_preparing(fields: dict[str, Any], options: str) -> None:
    assert split_options(settings(**fields), where="test") == options


def test_lengths_and_splits_that_leave_nothing_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    for fields, message in (
        ({"min_text_len": 9, "max_text_len": 3}, "min_characters = 9, max_characters = 3"),
        ({"eval_split_size": 1.5}, "eval_split_size, eval_split_max_size: held out: 1.5"),
    ):
        table = settings(**fields)
        with pytest.raises(ConfigError) as caught:
            bring_in(tmp_path, table, their_tensors(model_of(table)))
        assert message in caught.value.message
        assert not (tmp_path / "run").exists()


def test_no_field_is_left_open() -> None:
    assert {field.status for field in FIELDS} == {"honoured", "refused"}
