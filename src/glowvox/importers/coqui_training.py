"""How Coqui's settings train a model, as ours: for a run that goes on from an imported checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import structs

from glowvox.errors import ConfigError
from glowvox.models.glow_tts_config import GlowTTSConfig
from glowvox.train.config import EveryConfig, OptimizerConfig, TrainConfig

OPTIMIZERS = ("radam", "adam", "adamw")


def train_config(table: Mapping[str, Any], model: GlowTTSConfig, *, where: str) -> TrainConfig:
    """A run's settings; what is counted in epochs there, and what has no counterpart, keeps our defaults.

    raises  ConfigError for an optimizer that is not here, or values that cannot train
    """
    given = {key: value for key, value in table.items() if value is not None}
    name = str(given.get("optimizer", "RAdam")).lower()
    if name not in OPTIMIZERS:
        raise ConfigError(f"{where}: optimizer = '{given['optimizer']}': expected {', '.join(OPTIMIZERS)}")
    try:
        options = given.get("optimizer_params", {"betas": (0.9, 0.998), "weight_decay": 1e-6})
        noam = given.get("lr_scheduler", "NoamLR") == "NoamLR"
        sentences = [text for text in given.get("test_sentences", ()) if isinstance(text, str)]
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
            every=EveryConfig(log=given.get("print_step", 25), save=given.get("save_step", 10_000)),
            keep=given.get("save_n_checkpoints", 5),
            seed=given.get("training_seed", 54_321),
            precision="bf16" if given.get("mixed_precision") and given.get("precision") == "bf16" else "fp32",
            ema=0.0,
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise ConfigError(f"{where}: {error}") from None
    return structs.replace(config, test_sentences=tuple(sentences)) if sentences else config
