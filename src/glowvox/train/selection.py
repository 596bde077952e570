"""What of a model trains and what stays as it is, chosen by names; and a report of it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from glowvox.config import near
from glowvox.errors import ConfigError
from glowvox.models.glow_tts import GlowTTS
from glowvox.nn.batch_norm import MaskedBatchNorm
from glowvox.train.config import FinetuneConfig
from glowvox.train.finetune import SPEAKERS
from glowvox.train.freezing import chosen_names


@dataclass(frozen=True)
class Selection:
    """Parameters that train; the others are told to want no gradient.

    still_rows  of tables that train otherwise: rows that do not, by the table's name
    resting     layers whose running statistics stay as they are, because nothing in them trains
    lines       the report, one line each
    """

    still_rows: dict[str, Tensor]
    resting: tuple[nn.Module, ...]
    lines: tuple[str, ...]


def select(model: GlowTTS, config: FinetuneConfig, speakers: tuple[str, ...]) -> Selection:
    """Freeze what is not to train.

    speakers  of the run, in the order of the table's rows
    raises    ConfigError for patterns that fit nothing, speakers that are not there, and where nothing would train
    """
    parameters = dict(model.named_parameters())
    chosen = chosen_names(config.train, list(parameters), where="finetune: train")
    chosen -= chosen_names(config.freeze, list(parameters), where="finetune: freeze") if config.freeze else set()
    if not chosen:
        raise ConfigError("finetune: train and freeze leave nothing that trains")
    for name, parameter in parameters.items():
        parameter.requires_grad_(name in chosen)
    still = _still_rows(config, speakers, chosen)
    resting = tuple(
        module
        for module in model.modules()
        if isinstance(module, MaskedBatchNorm) and not any(p.requires_grad for p in module.parameters())
    )
    return Selection(still, resting, tuple(_lines(parameters, config, chosen)))


def _still_rows(config: FinetuneConfig, speakers: tuple[str, ...], chosen: frozenset[str]) -> dict[str, Tensor]:
    if not config.speakers:
        return {}
    for name in config.speakers:
        if name not in speakers:
            raise ConfigError(f"finetune: speakers: no speaker '{name}'{near(name, speakers)}")
    if SPEAKERS not in chosen:
        raise ConfigError(
            f"finetune: speakers = {', '.join(config.speakers)}: there is no table of speakers that trains",
            hint=f"it is called {SPEAKERS}; models of one speaker and of vectors from outside have none that trains",
        )
    rows = [row for row, name in enumerate(speakers) if name not in config.speakers]
    return {SPEAKERS: torch.tensor(rows, dtype=torch.int64)} if rows else {}


def _lines(parameters: dict[str, nn.Parameter], config: FinetuneConfig, chosen: frozenset[str]) -> list[str]:
    """What trains and what stays, by the parts of the model."""
    lines = []
    for what, names in (("trains", chosen), ("frozen", frozenset(parameters) - chosen)):
        parts: dict[str, list[str]] = {}
        for name in parameters:
            if name in names:
                parts.setdefault(".".join(name.split(".")[:2]) if "." in name else name, []).append(name)
        for part, inside in parts.items():
            values = sum(parameters[name].numel() for name in inside)
            only = f", of {', '.join(config.speakers)} alone" if inside == [SPEAKERS] and config.speakers else ""
            tensors = "1 tensor" if len(inside) == 1 else f"{len(inside)} tensors"
            lines.append(f"{what}: {part} ({tensors}, {values:,} values{only})")
    return lines
