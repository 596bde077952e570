"""What becomes of every key of Amphion's `exp_config.json` for Glow-TTS, its base files included.

`ours` is a setting by its dotted name (`prepare…` of preparing, `train…` of a run), or a place. docs/recipes.md shows
`table()`; keys of one fate stand in one row.
"""

# ruff: noqa: E501 - a table has one row a line

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any, Literal, NamedTuple


class Row(NamedTuple):
    """Keys and what becomes of them.

    keys    dotted names, in which * stands for anything
    fate    "honoured"; "passed over": whatever it says changes nothing here; "only": other values are refused
    ours    what it is called here
    note    why
    values  those that are taken, where the fate is "only"
    """

    keys: tuple[str, ...]
    fate: Literal["honoured", "passed over", "only"]
    ours: str
    note: str
    values: tuple[Any, ...] = ()


def _in(section: str, names: str) -> tuple[str, ...]:
    return tuple(f"{section}.{name}" for name in names.split())


# fmt: off
FIELDS = (
    Row(("base_config",), "honoured", "", "files are merged; config/glowtts.json, tts.json and base.json are known without their files"),
    Row(("model_type",), "only", "", "the one model of this recipe", ("GlowTTS",)),
    Row(("dataset", "dataset_path"), "honoured", "the corpora", "any layout that `glowvox data check` knows"),
    Row(("log_dir",), "honoured", "the folder of the runs", ""),
    Row(_in("preprocess", "processed_dir"), "honoured", "the folder of the features", "one folder inside it, named after the datasets"),
    Row(_in("preprocess", "sample_rate n_fft win_size hop_size n_mel fmin fmax"), "honoured", "prepare.mel", ""),
    Row(_in("preprocess", "mel_extract_mode"), "only", "prepare.mel", "Tacotron 2's mel, or '' for that of HiFi-GAN, which HiFi-GAN vocoders want", ("taco", "")),
    Row(_in("preprocess", "trim_silence trim_top_db"), "honoured", "prepare.trim, trim_db", ""),
    Row(_in("preprocess", "phone_extractor"), "only", "prepare.front_end", "lexicon is our English front end, which keeps punctuation and word boundaries; espeak needs the extra", ("lexicon", "espeak")),
    Row(_in("preprocess", "language"), "honoured", "prepare.front_end", "of espeak; the lexicon's is English"),
    Row(_in("preprocess", "use_phone extract_phone"), "only", "prepare.front_end", "for letters: --front-end characters", (True,)),
    Row(_in("preprocess", "use_text use_phn_seq"), "only", "prepare.front_end", "for letters: --front-end characters", (False,)),
    Row(_in("preprocess", "mel_min_max_norm use_min_max_norm_mel"), "only", "", "mels keep their units, so that vocoders fit", (False,)),
    Row(_in("preprocess", "data_augment use_emoid use_one_hot use_label use_linear use_amplitude_phase"), "only", "", "nothing of the kind goes into a Glow-TTS", (False,)),
    Row(_in("preprocess", "extract_mel use_mel"), "only", "", "mels are what it learns", (True,)),
    Row(_in("preprocess", "lexicon_path"), "passed over", "", "a dictionary is built in; your own words: --lexicon"),
    Row(_in("preprocess", "text_cleaners"), "passed over", "", "our front end reads numbers, dates and abbreviations itself"),
    Row(_in("preprocess", "add_blank"), "passed over", "", "their code reads it for another model"),
    Row((*_in("preprocess", "use_spkid spk2id utt2spk"), *_in("train", "multi_speaker_training"), *_in("model.glowtts", "n_speakers")), "passed over", "", "the data say how many speakers there are, and their names"),
    Row(_in("preprocess", "train_file valid_file file_lst symbols_dict"), "passed over", "", "lists lie in the corpus: train.txt, val.txt, test.txt"),
    Row(_in("preprocess", "extract_audio extract_linear_spec extract_mcep extract_pitch extract_acoustic_token extract_uv extract_label extract_energy extract_duration extract_amplitude_phase extract_*_feature pitch_* energy_* use_lab use_wav use_dur use_uv use_audio use_wenet use_phone_* use_frame_* use_log_scale_* align_mel_duration duration_dir"), "passed over", "", "features that this model does not read"),
    Row(_in("preprocess", "*_dir raw_data phone_seq_file emo2id utt2emo num_silent_frames trim_fft_size trim_hop_size min_level_db ref_level_db bits"), "passed over", "", "of files and features that are laid out otherwise here"),
    Row(_in("model.glowtts", "hidden_channels hidden_channels_enc hidden_channels_dec filter_channels filter_channels_dp n_heads n_layers_enc kernel_size kernel_size_dec p_dropout p_dropout_dec window_size block_length mean_only prenet n_blocks_dec dilation_rate n_block_layers n_split n_sqz sigmoid_scale"), "honoured", "train.model", ""),
    Row(_in("model.glowtts", "gin_channels"), "honoured", "train.model.speaker_width", ""),
    Row((*_in("model", "text_token_num"), "supported_model_type", "task_type", "use_custom_dataset"), "passed over", "", "of other models"),
    Row(_in("train", "batch_size"), "honoured", "train.batch.frames", "as many frames as so many clips of average length"),
    Row(_in("train", "gradient_accumulation_step"), "honoured", "train.batch.frames", "times so many: a batch is as large as all of them"),
    Row(_in("train", "max_epoch"), "honoured", "train.steps", "epochs times batches; -1 takes 240,000 steps"),
    Row(_in("train", "grad_clip_thresh"), "honoured", "train.optimizer.clip_at", "of the global norm"),
    Row(_in("train", "adam.betas adam.eps adam.weight_decay"), "honoured", "train.optimizer", ""),
    Row(_in("train", "adam.lr lr_scheduler.num_warmup"), "honoured", "train.optimizer.lr, warmup", "their schedule peaks at lr / √num_warmup, and so does ours"),
    Row(_in("train", "random_seed"), "honoured", "train.seed", ""),
    Row(_in("train", "save_checkpoint_stride"), "honoured", "train.every.save", "the first, in epochs; the second has no counterpart"),
    Row(_in("train", "keep_last"), "honoured", "train.keep", "the first; the best one besides"),
    Row(_in("train", "ddi"), "only", "train.init_batches", "activation normalisation is always set from data, once in the life of a model", (True,)),
    Row(_in("train", "add_noise noise_scale"), "passed over", "", "a defect: it adds noise of mean 0.5 to the logarithmic mel"),
    Row(_in("train", "optimizer scheduler"), "passed over", "", "their code takes Adam and Noam's schedule whatever these say"),
    Row(_in("train", "sort_sample drop_last group_size sampler sampler.*"), "passed over", "", "batches are of like length, in a new order each epoch"),
    Row(_in("train", "ddp dataloader dataloader.*"), "passed over", "", "`--gpu` says which devices; features are made before"),
    Row(_in("train", "adamw adamw.* reducelronplateau reducelronplateau.*"), "passed over", "", "of an optimizer and a schedule that this recipe does not use"),
    Row(_in("train", "tracker save_format run_eval max_steps total_training_steps save_summary_steps save_checkpoints_steps valid_interval keep_checkpoint_max"), "passed over", "", "their trainer's, or read by nothing: ours validates every epoch and writes TensorBoard's files where it is installed"),
)
# fmt: on


def row_of(key: str) -> Row | None:
    """What becomes of a key by its dotted name, or None for one that no recipe has."""
    return next((row for row in FIELDS if any(fnmatchcase(key, name) for name in row.keys)), None)


def table() -> str:
    """Rows of Markdown: the keys, what becomes of them, their name here, why."""
    lines = ["| key | | here | |", "|---|---|---|---|"]
    for row in FIELDS:
        keys = ", ".join(f"`{name}`" for name in row.keys)
        fate = f"only {' or '.join(f'`{value!r}`' for value in row.values)}" if row.fate == "only" else row.fate
        lines.append(f"| {keys} | {fate} | {row.ours} | {row.note} |")
    return "\n".join(lines) + "\n"
