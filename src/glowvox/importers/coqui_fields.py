"""What becomes of every field of Coqui's GlowTTSConfig, in the order of its signature.

`ours` is a setting by its dotted name (`train…` and `run…` of a run's settings, `prepare…` of preparing), or a command
with an option. docs/coqui-fields.md is made from this table by scripts/write_coqui_fields.py.
"""

# ruff: noqa: E501 - a table has one row a line

from __future__ import annotations

from typing import Literal, NamedTuple


class Field(NamedTuple):
    """One field: what it is called here, and whether what it asks for is done."""

    name: str
    default: str
    status: Literal["honoured", "refused"]
    ours: str
    note: str


# fmt: off
FIELDS = (
    Field("output_path", "'output'", "honoured", "train --run", "the run folder itself"),
    Field("logger_uri", "None", "refused", "", "the address of a logging service, none of which is here"),
    Field("run_name", "'run'", "honoured", "train --run", "the name of the run folder"),
    Field("project_name", "None", "refused", "", "for a logging service"),
    Field("run_description", "'🐸Coqui trainer run.'", "refused", "", "for a logging service"),
    Field("print_step", "25", "honoured", "train.every.log", ""),
    Field("plot_step", "100", "honoured", "train.every.log", "curves are drawn from the metrics of every logged step"),
    Field("model_param_stats", "False", "honoured", "train.weight_histograms", "of every parameter at each sampling, for TensorBoard"),
    Field("wandb_entity", "None", "refused", "", "for a logging service"),
    Field("dashboard_logger", "'tensorboard'", "honoured", "", "TensorBoard's files are written where its package is installed"),
    Field("save_on_interrupt", "True", "honoured", "", "always: Ctrl-C saves before it leaves"),
    Field("log_model_step", "None", "refused", "", "uploads to a logging service"),
    Field("save_step", "10000", "honoured", "train.every.save", ""),
    Field("save_n_checkpoints", "5", "honoured", "train.keep", "the best one besides"),
    Field("save_checkpoints", "True", "honoured", "train.every.save", "false: the best and the last are saved all the same"),
    Field("save_all_best", "False", "honoured", "train.best.keep_all", ""),
    Field("save_best_after", "10000", "honoured", "train.best.after", "in steps; nothing is held back where their settings are silent"),
    Field("target_loss", "None", "honoured", "train.judged_by", "loss, loss_mle or loss_dur, on held-out clips"),
    Field("print_eval", "False", "honoured", "", "always: every validation is told and logged"),
    Field("test_delay_epochs", "0", "honoured", "train.every.first_sample", "in steps"),
    Field("run_eval", "True", "honoured", "train.every.validate", "where the data have a validation list"),
    Field("run_eval_steps", "None", "honoured", "train.every.validate", ""),
    Field("distributed_backend", "'nccl'", "refused", "", "of a trainer that is not here; Fabric chooses"),
    Field("distributed_url", "'tcp://localhost:54321'", "refused", "", "of a trainer that is not here; torchrun says where"),
    Field("mixed_precision", "False", "honoured", "train.precision", "bf16"),
    Field("precision", "'fp16'", "honoured", "train.precision", "bf16 or fp32: scores of the alignment search do not fit fp16"),
    Field("epochs", "1000", "honoured", "train.steps", "in steps"),
    Field("batch_size", "32", "honoured", "train.batch.frames", "in mel frames, so that batches cost alike"),
    Field("eval_batch_size", "16", "honoured", "train.batch.frames", "one size for both"),
    Field("grad_clip", "5.0", "honoured", "train.optimizer.clip_at", "of the global norm"),
    Field("scheduler_after_epoch", "True", "refused", "", "a defect: at the default the peak comes after 4,000 epochs; ours counts steps"),
    Field("lr", "0.001", "honoured", "train.optimizer.lr", ""),
    Field("optimizer", "'RAdam'", "honoured", "train.optimizer.name", "RAdam, Adam or AdamW"),
    Field("optimizer_params", "betas (0.9, 0.998), weight_decay 1e-6", "honoured", "train.optimizer.betas", "and eps, weight_decay"),
    Field("lr_scheduler", "'NoamLR'", "honoured", "train.optimizer.schedule", "any other becomes constant"),
    Field("lr_scheduler_params", "warmup_steps 4000", "honoured", "train.optimizer.warmup", ""),
    Field("use_grad_scaler", "False", "refused", "", "of fp16, which is not here; bf16 needs none"),
    Field("allow_tf32", "False", "honoured", "train.cuda.tf32", ""),
    Field("cudnn_enable", "True", "honoured", "train.cuda.cudnn", ""),
    Field("cudnn_deterministic", "False", "honoured", "train.cuda.deterministic", ""),
    Field("cudnn_benchmark", "False", "honoured", "train.cuda.benchmark", ""),
    Field("training_seed", "54321", "honoured", "train.seed", ""),
    Field("model", "'glow_tts'", "honoured", "import coqui-glow-tts", "another model's settings are refused"),
    Field("num_loader_workers", "0", "honoured", "data prepare --workers", "features are made before training"),
    Field("num_eval_loader_workers", "0", "honoured", "data prepare --workers", "features are made before training"),
    Field("use_noise_augment", "False", "honoured", "train.batch.noise", "1/32768, new at every use; the recordings are kept for it (data prepare --sound)"),
    Field("audio", "BaseAudioConfig()", "honoured", "run.mel", "mean-variance statistics go into the model's first layer"),
    Field("use_phonemes", "False", "honoured", "run.front_end", "by espeak-ng, with the extra espeak"),
    Field("phonemizer", "None", "honoured", "run.front_end", "espeak, which also stands in for gruut; settings with another are refused by name"),
    Field("phoneme_language", "None", "honoured", "run.front_end", "espeak-ng's name of it"),
    Field("compute_input_seq_cache", "False", "refused", "", "dead: nothing reads it"),
    Field("text_cleaner", "None", "honoured", "run.front_end", "ids bit for bit; French, Italian, Chinese and uroman's are not here"),
    Field("enable_eos_bos_chars", "False", "honoured", "run.front_end", "refused where the symbols are not defined"),
    Field("test_sentences_file", "''", "refused", "", "dead: nothing reads it"),
    Field("phoneme_cache_path", "None", "honoured", "data prepare --out", "symbols are cached in the prepared folder and follow changes"),
    Field("characters", "None", "honoured", "run.symbols", "an order that only one process knew is refused"),
    Field("add_blank", "False", "honoured", "run.front_end", "refused where the symbol is not defined"),
    Field("batch_group_size", "0", "honoured", "train.batch.group", "batches that are shuffled together, anew each epoch; 0 goes by train.batch.shapes"),
    Field("loss_masking", "None", "refused", "", "dead: nothing reads it"),
    Field("min_audio_len", "1", "honoured", "prepare.min_seconds", "in seconds; the run's prepare.toml has it"),
    Field("max_audio_len", "inf", "honoured", "prepare.max_seconds", "in seconds"),
    Field("min_text_len", "1", "honoured", "prepare.min_characters", "also prepare.min_tokens; a clip is left out and told, never replaced by another"),
    Field("max_text_len", "inf", "honoured", "prepare.max_characters", "also prepare.max_tokens"),
    Field("compute_f0", "False", "refused", "", "dead for this model: Glow-TTS has no use for it"),
    Field("compute_energy", "False", "refused", "", "dead for this model: Glow-TTS has no use for it"),
    Field("compute_linear_spec", "False", "refused", "", "dead for this model: Glow-TTS has no use for it"),
    Field("precompute_num_workers", "0", "refused", "", "dead for this model: it serves the three above"),
    Field("start_by_longest", "False", "honoured", "train.batch.longest_first", ""),
    Field("shuffle", "False", "honoured", "", "always, anew each epoch"),
    Field("drop_last", "False", "honoured", "train.batch.drop_last", "of each group; none is dropped whole"),
    Field("datasets", "[BaseDatasetConfig()]", "honoured", "data prepare", "one corpus or several, their layout found out"),
    Field("test_sentences", "five sentences", "honoured", "train.test_sentences", "texts, and lists of text and speaker"),
    Field("eval_split_max_size", "None", "honoured", "data prepare --held-out-most", "of a corpus without lists"),
    Field("eval_split_size", "0.01", "honoured", "data prepare --held-out", "of a corpus without lists; a sentence is never on both sides"),
    Field("use_speaker_weighted_sampler", "False", "honoured", "train.batch.balance.speaker", "exponent 1: every speaker is drawn as often as the others"),
    Field("speaker_weighted_sampler_alpha", "1.0", "honoured", "train.batch.balance.speaker", "the exponent where several are on, which are multiplied here and summed there; alone it changes nothing"),
    Field("use_language_weighted_sampler", "False", "honoured", "train.batch.balance.language", "exponent 1"),
    Field("language_weighted_sampler_alpha", "1.0", "honoured", "train.batch.balance.language", "as that of the speakers"),
    Field("use_length_weighted_sampler", "False", "honoured", "train.batch.balance.length", "exponent 1, over ten groups of length"),
    Field("length_weighted_sampler_alpha", "1.0", "honoured", "train.batch.balance.length", "as that of the speakers"),
    Field("num_chars", "None", "honoured", "run.symbols", "their number must be the embedding's"),
    Field("encoder_type", "'rel_pos_transformer'", "honoured", "train.model.encoder.kind", "all four"),
    Field("encoder_params", "kernel_size 3, dropout_p 0.1, num_layers 6, num_heads 2, hidden_channels_ffn 768", "honoured", "train.model.encoder", "each kind has its own"),
    Field("use_encoder_prenet", "True", "honoured", "train.model.encoder.prenet", "off where their code ignores it or fails with it"),
    Field("hidden_channels_enc", "192", "honoured", "train.model.encoder.width", ""),
    Field("hidden_channels_dec", "192", "honoured", "train.model.decoder.width", ""),
    Field("hidden_channels_dp", "256", "honoured", "train.model.duration.width", ""),
    Field("dropout_p_dp", "0.1", "honoured", "train.model.duration.dropout", ""),
    Field("dropout_p_dec", "0.05", "honoured", "train.model.decoder.dropout", ""),
    Field("mean_only", "True", "honoured", "train.model.mean_only", ""),
    Field("out_channels", "80", "honoured", "run.mel.bands", "must be audio.num_mels"),
    Field("num_flow_blocks_dec", "12", "honoured", "train.model.decoder.blocks", ""),
    Field("inference_noise_scale", "0.0", "honoured", "run.variation", "a factor of the standard deviation"),
    Field("kernel_size_dec", "5", "honoured", "train.model.decoder.kernel", ""),
    Field("dilation_rate", "1", "honoured", "train.model.decoder.dilation_rate", "the power of the layer's number"),
    Field("num_block_layers", "4", "honoured", "train.model.decoder.layers", ""),
    Field("num_speakers", "0", "honoured", "run.speakers", "the checkpoint's table says how many"),
    Field("c_in_channels", "0", "refused", "", "dead: always overwritten"),
    Field("num_splits", "4", "honoured", "train.model.decoder.splits", ""),
    Field("num_squeeze", "2", "honoured", "train.model.decoder.squeeze", ""),
    Field("sigmoid_scale", "False", "honoured", "train.model.decoder.sigmoid_scale", ""),
    Field("d_vector_dim", "0", "honoured", "train.model.speaker_width", "refused at 0 where vectors are asked for"),
    Field("data_dep_init_steps", "10", "honoured", "train.init_batches", "once in the life of a model, over several batches together"),
    Field("style_wav_for_test", "None", "refused", "", "dead: nothing reads it"),
    Field("length_scale", "1.0", "honoured", "say --speed", "its inverse; importing says the number"),
    Field("use_speaker_embedding", "False", "honoured", "train.model.speakers", "learned"),
    Field("speakers_file", "None", "honoured", "import coqui-glow-tts --speakers", "names, which are asked for everywhere instead of numbers"),
    Field("use_d_vector_file", "False", "honoured", "train.model.speakers", "given; wins over a table where both are asked for"),
    Field("d_vector_file", "False", "honoured", "import coqui-glow-tts --d-vectors", "one file or several; a speaker's is the mean of its clips'"),
    Field("min_seq_len", "3", "refused", "", "dead: documented as a filter, read by nothing"),
    Field("max_seq_len", "500", "refused", "", "dead: documented as a filter, read by nothing"),
    Field("r", "1", "honoured", "import coqui-glow-tts", "must be 1"),
)

PROSE = (  # names that the page explains but the class does not have
    Field("noam_schedule", "False", "honoured", "train.optimizer.schedule", "no field of theirs: lr_scheduler says it"),
    Field("warmup_steps", "4000", "honoured", "train.optimizer.warmup", "no field of theirs: lr_scheduler_params says it"),
    Field("wd", "1e-7", "honoured", "train.optimizer.weight_decay", "no field of theirs: optimizer_params says it, 1e-6"),
    Field("num_speaker", "0", "honoured", "run.speakers", "no field of theirs: num_speakers says it"),
)
# fmt: on


def table(fields: tuple[Field, ...]) -> str:
    """Rows of Markdown: the field, its default there, what became of it, its name here, why."""
    lines = ["| field | default | | here | |", "|---|---|---|---|---|"]
    for field in fields:
        ours = f"`{field.ours}`" if field.ours else ""
        lines.append(f"| `{field.name}` | {field.default.replace('|', ' ')} | {field.status} | {ours} | {field.note} |")
    return "\n".join(lines) + "\n"
