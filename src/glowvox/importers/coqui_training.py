"""How Coqui's settings train a model, as ours: for a run that goes on from an imported checkpoint."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from msgspec import structs

from glowvox.config import near
from glowvox.data.balance import BalanceConfig
from glowvox.errors import ConfigError
from glowvox.models.glow_tts_config import GlowTTSConfig
from glowvox.train.config import (
    BatchConfig,
    BestConfig,
    CudaConfig,
    EveryConfig,
    OptimizerConfig,
    Score,
    TrainConfig,
)

OPTIMIZERS = ("radam", "adam", "adamw")
NEVER = 1_000_000_000  # steps: only the best and the last checkpoint are saved
DITHER = 1 / 32_768  # of full scale
SCORES: dict[str, tuple[Score, ...]] = {  # by the losses of their trainer
    "loss": ("val_nll", "val_duration"),
    "loss_mle": ("val_nll",),
    "loss_dur": ("val_duration",),
}


def train_config(
    table: Mapping[str, Any], model: GlowTTSConfig, *, where: str, speakers: Collection[str] = ()
) -> TrainConfig:
    """A run's settings; what is counted in epochs there, and what has no counterpart, keeps our defaults.

    speakers  whose names are known; test sentences of others are left to whoever has most clips
    raises  ConfigError for an optimizer that is not here, or values that cannot train
    """
    given = {key: value for key, value in table.items() if value is not None}
    name = str(given.get("optimizer", "RAdam")).lower()
    if name not in OPTIMIZERS:
        raise ConfigError(f"{where}: optimizer = '{given['optimizer']}': expected {', '.join(OPTIMIZERS)}")
    try:
        options = given.get("optimizer_params", {"betas": (0.9, 0.998), "weight_decay": 1e-6})
        noam = given.get("lr_scheduler", "NoamLR") == "NoamLR"
        sentences = [_sentence(sentence, speakers) for sentence in given.get("test_sentences", ())]
        config = TrainConfig(
            model=model,
            optimizer=OptimizerConfig(
                name=name,  # type: ignore[arg-type]
                lr=given.get("lr", 1e-3),
                betas=tuple(options.get("betas", (0.9, 0.999))),
                eps=options.get("eps", 1e-8),
                weight_decay=options.get("weight_decay", 0.0),
                schedule="noam" if noam else "constant",
                warmup=given.get("lr_scheduler_params", {}).get("warmup_steps", 4_000),
                clip="norm" if given.get("grad_clip", 5.0) else "none",
                clip_at=given.get("grad_clip", 5.0) or 5.0,
            ),
            every=EveryConfig(
                log=given.get("print_step", 25),
                validate=given.get("run_eval_steps", EveryConfig().validate),
                save=given.get("save_step", 10_000) if given.get("save_checkpoints", True) else NEVER,
            ),
            keep=given.get("save_n_checkpoints", 5),
            best=BestConfig(after=given.get("save_best_after", 0), keep_all=given.get("save_all_best", False)),
            judged_by=_scores(given.get("target_loss"), where),
            batch=_batches(given),
            cuda=CudaConfig(
                tf32=given.get("allow_tf32", False),
                cudnn=given.get("cudnn_enable", True),
                deterministic=given.get("cudnn_deterministic", False),
                benchmark=given.get("cudnn_benchmark", False),
            ),
            weight_histograms=given.get("model_param_stats", False),
            seed=given.get("training_seed", 54_321),
            precision="bf16" if given.get("mixed_precision") and given.get("precision") == "bf16" else "fp32",
            ema=0.0,
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise ConfigError(f"{where}: {error}") from None
    return structs.replace(config, test_sentences=tuple(sentences)) if sentences else config


def _sentence(sentence: object, speakers: Collection[str]) -> str | tuple[str, str]:
    """A text, or a list of a text, a speaker's name and more that Glow-TTS has no use for."""
    if isinstance(sentence, str):
        return sentence
    if isinstance(sentence, list | tuple) and sentence and all(isinstance(part, str | None) for part in sentence):
        return (sentence[0], sentence[1]) if len(sentence) > 1 and sentence[1] in speakers else str(sentence[0])
    raise ValueError(f"test_sentences: {sentence!r}: expected a text, or a list of a text and a speaker's name")


def _scores(target: object, where: str) -> tuple[Score, ...]:
    name = "loss" if target is None else str(target).removeprefix("avg_")
    if name not in SCORES:
        raise ConfigError(f"{where}: target_loss = '{target}': no such loss{near(name, [*SCORES])}")
    return SCORES[name]


def _batches(given: Mapping[str, Any]) -> BatchConfig:
    """How clips become batches; sizes in clips become our default in frames."""
    kinds = ("speaker", "language", "length")
    wanted = [kind for kind in kinds if given.get(f"use_{kind}_weighted_sampler")]
    # one sampler's factor changes nothing; of several it says how much each counts
    exponents = {
        kind: min(4.0, float(given.get(f"{kind}_weighted_sampler_alpha", 1.0))) if len(wanted) > 1 else 1.0
        for kind in wanted
    }
    return BatchConfig(
        group=given.get("batch_group_size", 0),
        longest_first=given.get("start_by_longest", False),
        drop_last=given.get("drop_last", False),
        balance=BalanceConfig(**exponents),
        noise=DITHER if given.get("use_noise_augment") else 0.0,
    )
