"""Amphion's exp_config.json: every key is honoured, passed over with a reason, or refused by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from glowvox.audio.conventions import CONVENTIONS
from glowvox.data.prepared import Prepared, Row
from glowvox.errors import ConfigError, CorpusError
from glowvox.importers.amphion_fields import FIELDS, row_of, table
from glowvox.importers.amphion_recipe import read_recipe, train_config
from glowvox.models.glow_tts_config import PRESETS
from glowvox.text.symbols import Symbols
from glowvox.train.schedule import learning_rate

REPOSITORY = Path(__file__).resolve().parents[3]
# as the fork has it, base files apart
PUBLISHED: dict[str, Any] = {
    "base_config": "config/glowtts.json",
    "model_type": "GlowTTS",
    "dataset": ["LJSpeech"],
    "dataset_path": {"LJSpeech": "data/LJSpeech-1.1"},
    "log_dir": "ckpts/glowtts",
    "preprocess": {"processed_dir": "data/processed/ljspeech_processed", "sample_rate": 22050},
    "train": {"batch_size": 32, "max_epoch": 500},
}


def write(folder: Path, **changes: Any) -> Path:
    path = folder / "exp_config.json"
    path.write_text(json.dumps({**PUBLISHED, **changes}))
    return path


def features(frames: list[int]) -> Prepared:
    """A prepared folder in memory whose train list has clips of these lengths."""
    rows = [
        Row(
            id=str(n), speaker="lj", language="en", split="train", text="", symbols=[], ids=[], frames=count,
            seconds=1.0, mel="",
        )
        for n, count in enumerate(frames)
    ]  # fmt: skip
    return Prepared(
        folder=Path("features"), mel=CONVENTIONS["tacotron-22k"], front_end="english", front_end_version="1",
        frame_multiple=2, symbols=Symbols(("_",)), speakers=("lj",), sound=False, rows={"train": rows},
    )  # fmt: skip


def test_the_published_file_is_the_papers_model_and_tacotrons_mel(tmp_path: Path) -> None:
    recipe = read_recipe(write(tmp_path))
    assert recipe.model == PRESETS["base"]
    assert recipe.prepare.mel == CONVENTIONS["tacotron-22k"]
    assert (recipe.prepare.front_end, recipe.prepare.trim, recipe.prepare.frame_multiple) == ("english", False, 2)
    assert recipe.corpora == (Path("data/LJSpeech-1.1"),)
    assert recipe.prepared == Path("data/processed/ljspeech_processed/LJSpeech")
    assert recipe.runs == Path("ckpts/glowtts")
    assert recipe.notes == (
        "train.adam.lr: its schedule peaks at 1.6e-05, the authors' at 0.00114; --set optimizer.lr=1.14e-3",
    )


def test_clips_and_epochs_become_frames_and_steps(tmp_path: Path) -> None:
    recipe = read_recipe(write(tmp_path))
    config = train_config(recipe, features([400] * 60 + [600] * 41))
    epoch = 4  # 101 clips by 32
    assert config.steps == 500 * epoch
    assert config.batch.frames == round(32 * (60 * 400 + 41 * 600) / 101)
    assert (config.every.save, config.every.validate, config.keep) == (5 * epoch, epoch, 3)
    optimizer = config.optimizer
    assert (optimizer.name, optimizer.betas, optimizer.eps, optimizer.weight_decay) == ("adam", (0.9, 0.98), 1e-9, 0.0)
    assert (optimizer.clip, optimizer.clip_at) == ("norm", 1.0)
    assert (config.seed, config.precision, config.init_batches, config.ema) == (10086, "fp32", 1, 0.0)
    for step in (1, 3999, 4000, 9000):  # their formula
        theirs = 0.001 * min(step**-0.5, step * 4000**-1.5)
        assert learning_rate(optimizer, step, config.steps) == pytest.approx(theirs)


def test_the_recipes_here_train_at_the_authors_rate() -> None:
    for name, rate in (("ljspeech", 22050), ("libritts", 24000)):
        recipe = read_recipe(REPOSITORY / "recipes" / name / "exp_config.json")
        assert recipe.notes == ()
        assert train_config(recipe, features([500] * 64)).optimizer.lr == pytest.approx(
            192**-0.5 * 4000**-0.5, rel=1e-3
        )
        assert (recipe.prepare.mel.sample_rate, recipe.prepare.mel.padding) == (rate, "same")


def test_values_of_every_kind_arrive(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        dataset=["a", "b"],
        dataset_path={"a": "x/a", "b": "x/b"},
        preprocess={"mel_extract_mode": "", "fmax": 11025, "phone_extractor": "espeak", "language": "de",
                    "trim_silence": True, "trim_top_db": 35, "processed_dir": "f"},
        model={"glowtts": {"hidden_channels": 96, "gin_channels": 64, "n_speakers": 100, "n_sqz": 4, "n_split": 8}},
        train={"batch_size": 8, "gradient_accumulation_step": 4, "max_epoch": -1, "random_seed": 7,
               "keep_last": [-1, 3], "save_checkpoint_stride": 10, "grad_clip_thresh": 2,
               "adam": {"lr": 0.1, "betas": [0.8, 0.9], "weight_decay": 0.01}, "lr_scheduler": {"num_warmup": 2500}},
    )  # fmt: skip
    recipe = read_recipe(path)
    assert recipe.corpora == (Path("x/a"), Path("x/b"))
    assert recipe.prepared == Path("f/a+b")
    assert recipe.prepare.mel == CONVENTIONS["hifi-gan-22k-full"]
    assert (recipe.prepare.front_end, recipe.prepare.trim, recipe.prepare.trim_db) == ("espeak:de", True, 35.0)
    assert recipe.prepare.frame_multiple == recipe.model.decoder.squeeze == 4
    assert (recipe.model.encoder.width, recipe.model.decoder.width) == (96, 96)
    assert recipe.model.speaker_width == 64
    config = train_config(recipe, features([100] * 33))
    assert (config.batch.frames, config.steps, config.seed) == (3200, 240_000, 7)
    assert (config.every.save, config.keep) == (20, 1_000_000)
    assert (config.optimizer.lr, config.optimizer.warmup) == (pytest.approx(0.002), 2500)
    assert (config.optimizer.clip_at, config.optimizer.weight_decay) == (2.0, 0.01)
    assert recipe.notes == (
        "passed over: model.glowtts.n_speakers: the data say how many speakers there are, and their names",
    )


def test_base_files_are_merged_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "deep.json").write_text('{"train": {"random_seed": 5, "batch_size": 4}, // a base\n}')
    (tmp_path / "config" / "mine.json").write_text(
        '{"base_config": "config/deep.json", "train": {"batch_size": 16}, "log_dir": "here"}'
    )
    (tmp_path / "egs").mkdir()
    recipe = read_recipe(write(tmp_path / "egs", base_config="config/mine.json", train={"max_epoch": 3}))
    assert {key: recipe.train[key] for key in ("random_seed", "batch_size", "max_epoch")} == {
        "random_seed": 5, "batch_size": 16, "max_epoch": 3,
    }  # fmt: skip
    (tmp_path / "config" / "deep.json").write_text('{"base_config": "config/mine.json"}')
    with pytest.raises(ConfigError, match="stands on no other twice"):
        read_recipe(tmp_path / "egs" / "exp_config.json")
    with pytest.raises(ConfigError, match="base_config = 'config/own.json': no such file here, beside it or above it"):
        read_recipe(write(tmp_path / "egs", base_config="config/own.json"))


def test_every_refused_key_is_named_at_once(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        model_type="VITS",
        preprocess={"use_text": True, "phone_extractor": "pypinyin", "smple_rate": 16000, "use_min_max_norm_mel": True},
        train={"ddi": False, "btch_size": 3, "max_epoch": 1},
        colour="red",
    )
    with pytest.raises(ConfigError) as caught:
        read_recipe(path)
    text = str(caught.value)
    for message in (
        "model_type = 'VITS' is not here, only 'GlowTTS': the one model of this recipe",
        "preprocess.use_text = True is not here, only False: for letters: --front-end characters",
        "preprocess.phone_extractor = 'pypinyin' is not here, only 'lexicon' or 'espeak'",
        "unknown key 'preprocess.smple_rate'; did you mean 'preprocess.sample_rate'?",
        "preprocess.use_min_max_norm_mel = True is not here, only False: mels keep their units",
        "train.ddi = False is not here, only True: activation normalisation is always set from data",
        "unknown key 'train.btch_size'; did you mean 'train.batch_size'?",
        "unknown key 'colour'",
    ):
        assert f"exp_config.json: {message}" in text


def test_keys_that_change_nothing_are_told_with_the_reason(tmp_path: Path) -> None:
    recipe = read_recipe(write(tmp_path, train={"add_noise": True, "noise_scale": 1.0, "tracker": ["tensorboard"]}))
    assert recipe.notes[0] == (
        "passed over: train.add_noise, train.noise_scale: a defect: it adds noise of mean 0.5 to the logarithmic mel"
    )
    assert recipe.notes[1].startswith("passed over: train.tracker: ")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dataset": "LJSpeech"}, "dataset = 'LJSpeech': expected a list of names"),
        ({"dataset": ["VCTK"]}, "dataset_path: no folder for the dataset 'VCTK'"),
        ({"train": {"batch_size": "32"}}, "train: batch_size = '32': expected a whole number, at least 1"),
        ({"train": {"lr_scheduler": {"num_warmup": 0}}}, "num_warmup = 0: expected a whole number"),
        ({"train": {"adam": {"lr": "fast"}}}, "train: lr = 'fast': expected a number"),
        ({"train": {"keep_last": "all"}}, "train: keep_last = 'all': expected a whole number"),
        ({"preprocess": {"hop_size": 0}}, "mel.hop = 0: expected a positive number"),
        ({"model": {"glowtts": {"n_heads": 5}}}, "heads = 5 must divide width = 192"),
    ],
)
def test_values_that_cannot_be_are_named(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=message):
        train_config(read_recipe(write(tmp_path, **changes)), features([100]))


def test_without_clips_nothing_can_be_counted(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="features: the train list is empty"):
        train_config(read_recipe(write(tmp_path)), features([]))


# the keys of the fork's config/base.json, config/tts.json and config/glowtts.json
PREPROCESS = """
    phone_extractor data_augment trim_silence num_silent_frames trim_fft_size trim_hop_size trim_top_db
    extract_mel mel_extract_mode extract_linear_spec extract_mcep extract_pitch extract_acoustic_token
    pitch_remove_outlier extract_uv pitch_norm extract_audio extract_label pitch_extractor extract_energy
    energy_remove_outlier energy_norm energy_extract_mode extract_duration extract_amplitude_phase
    mel_min_max_norm extract_phone lexicon_path extract_whisper_feature extract_contentvec_feature
    extract_mert_feature extract_wenet_feature n_mel win_size hop_size sample_rate n_fft fmin fmax
    min_level_db ref_level_db bits processed_dir trimmed_wav_dir raw_data phone_dir wav_dir audio_dir
    log_amplitude_dir phase_dir real_dir imaginary_dir label_dir linear_dir mel_dir mcep_dir dur_dir
    symbols_dict lab_dir wenet_dir contentvec_dir pitch_dir energy_dir phone_pitch_dir phone_energy_dir uv_dir
    duration_dir phone_seq_file file_lst train_file valid_file spk2id utt2spk emo2id utt2emo use_text
    use_phone use_phn_seq use_lab use_linear use_mel use_min_max_norm_mel use_wav use_phone_pitch
    use_log_scale_pitch use_phone_energy use_phone_duration use_log_scale_energy use_wenet use_dur use_spkid
    use_emoid use_frame_pitch use_uv use_frame_energy use_frame_duration use_audio use_label use_one_hot
    use_amplitude_phase align_mel_duration language add_blank text_cleaners
"""
TRAIN = """
    ddp batch_size max_steps tracker max_epoch save_checkpoint_stride keep_last run_eval random_seed optimizer
    adamw.lr scheduler reducelronplateau.factor reducelronplateau.patience reducelronplateau.min_lr
    sampler.holistic_shuffle sampler.drop_last dataloader.num_worker dataloader.pin_memory
    gradient_accumulation_step total_training_steps save_summary_steps save_checkpoints_steps valid_interval
    keep_checkpoint_max multi_speaker_training save_format sort_sample drop_last group_size grad_clip_thresh
    ddi add_noise noise_scale lr_scheduler.num_warmup adam.lr adam.betas adam.eps adam.weight_decay
"""
MODEL = """
    hidden_channels filter_channels filter_channels_dp n_heads n_layers_enc kernel_size p_dropout window_size
    block_length mean_only prenet hidden_channels_dec n_blocks_dec kernel_size_dec dilation_rate
    n_block_layers p_dropout_dec n_split n_sqz sigmoid_scale n_speakers gin_channels
"""


def test_every_key_of_the_published_files_has_a_row() -> None:
    named = [
        *("base_config", "supported_model_type", "model_type", "task_type", "dataset", "dataset_path", "log_dir"),
        *("use_custom_dataset", "model.text_token_num"),
        *(f"preprocess.{name}" for name in PREPROCESS.split()),
        *(f"train.{name}" for name in TRAIN.split()),
        *(f"model.glowtts.{name}" for name in MODEL.split()),
    ]
    assert len(named) == len(set(named)) == 174
    assert [name for name in named if row_of(name) is None] == []
    assert row_of("preprocess.colour") is None


def test_the_table_of_the_page_is_this_one() -> None:
    assert table() in (REPOSITORY / "docs" / "recipes.md").read_text(encoding="utf-8")
    assert all(row.note or row.ours for row in FIELDS)
