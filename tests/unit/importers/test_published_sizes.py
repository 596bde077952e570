"""Every published Glow-TTS, imported from a synthetic checkpoint: its parameters, its speech, its export.

The three that differ most are tried at full size, all of them by `-m slow` or `tests/check_published_sizes.py`; what
export makes of each kind is tried at a small size.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from glowvox.importers.coqui_glow_tts import Beside
from glowvox.importers.glow_tts import import_glow_tts
from glowvox.importers.glow_tts_settings import model_config
from glowvox.models.glow_tts import GlowTTS
from glowvox.train.speaker import Speaker
from tests.fixtures.coqui import ENCODERS, bring_in, model_of, settings, their_tensors
from tests.fixtures.published import (
    AUTHORS,
    DATA,
    bring_in_published,
    export_and_speak,
    published_names,
    vectors,
)
from tests.unit.importers.test_glow_tts import SMALL, amphion_experiment
from tests.unit.importers.test_glow_tts import their_tensors as authors_tensors

ALWAYS = ("authors_base_multispeaker_109_gin256", "coqui_residual_conv_bn_148_noprenet", "coqui_dvector_256")
SLOW = (
    *(name for name in AUTHORS if name not in ALWAYS),
    *(
        f"coqui_{name}"
        for name in (
            "default_graphemes_67",
            "default_ipa_phonemes",
            "default_148",
            "default_148_rel_attn_window_4",
            "gated_conv_148",
            "time_depth_separable_148",
            "speaker_embedding_109",
        )
    ),
)


@pytest.mark.parametrize("name", [*ALWAYS, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)])
def test_published_sizes_import_with_their_parameter_count(name: str, golden_dir: Path, tmp_path: Path) -> None:
    brought = bring_in_published(name, golden_dir, tmp_path)
    assert brought.parameters == brought.expected
    assert brought.used == brought.tensors
    assert all(tensor.endswith("num_batches_tracked") for tensor in brought.skipped)
    voice = Speaker.load(brought.run)
    assert voice.speak("yes", speaker=voice.speakers[-1])[0].mel.shape[1] >= 2


def test_none_is_left_out(golden_dir: Path) -> None:
    assert set(published_names(golden_dir)) == {*ALWAYS, *SLOW}


@pytest.mark.slow
@pytest.mark.parametrize("name", [*ALWAYS, *SLOW])
def test_published_sizes_are_exported(name: str, golden_dir: Path, tmp_path: Path) -> None:
    found = export_and_speak(bring_in_published(name, golden_dir, tmp_path).run, tmp_path / "voice", "yes")
    assert found.seconds == found.asked > 0
    assert found.worst < 1e-4


def coqui_run(folder: Path, encoder: str = "rel_pos_transformer", **fields: Any) -> Path:
    table = settings(encoder, **fields)
    beside = Beside(d_vectors=(vectors(folder),) if fields.get("use_d_vector_file") else ())
    model = model_of(table, speakers=fields.get("num_speakers", 1))
    return bring_in(folder, table, their_tensors(model), beside).run


def authors_run(folder: Path, *, vocabulary: int, speakers: int = 1) -> Path:
    """A small model of the authors' code, or of Amphion's recipe where the vocabulary is its."""
    width = {"n_speakers": speakers, "gin_channels": 8} if speakers > 1 else {}
    torch.manual_seed(0)
    table = SMALL | width
    model = GlowTTS(model_config(table, where="test"), vocabulary=vocabulary, bands=80, speakers=speakers)
    with torch.no_grad():
        model.encoder.duration.projection.bias.fill_(1.2)  # type: ignore[union-attr]
    tensors = authors_tensors(model=model)
    if vocabulary == 151:
        return import_glow_tts(amphion_experiment(folder / "expt", tensors, **width), None, folder / "run").run
    torch.save({"model": tensors}, folder / "G_1.pth")
    (folder / "config.json").write_text(json.dumps({"model": table, "data": DATA}))
    return import_glow_tts(folder / "G_1.pth", None, folder / "run").run


KINDS: dict[str, Any] = {
    **{encoder: lambda folder, encoder=encoder: coqui_run(folder, encoder) for encoder in ENCODERS},
    "blanks and ends": lambda folder: coqui_run(folder, add_blank=True, enable_eos_bos_chars=True),
    "table of speakers": lambda folder: coqui_run(folder, use_speaker_embedding=True, num_speakers=3),
    "vectors": lambda folder: coqui_run(folder, use_d_vector_file=True, d_vector_dim=256),
    "authors": lambda folder: authors_run(folder, vocabulary=148),
    "authors, blanks": lambda folder: authors_run(folder, vocabulary=149),
    "authors, speakers": lambda folder: authors_run(folder, vocabulary=148, speakers=3),
    "Amphion": lambda folder: authors_run(folder, vocabulary=151),
    "Amphion, speakers": lambda folder: authors_run(folder, vocabulary=151, speakers=3),
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_imported_model_of_every_kind_is_exported_and_speaks(kind: str, tmp_path: Path) -> None:
    found = export_and_speak(KINDS[kind](tmp_path), tmp_path / "voice", "Yes, it is.")
    assert found.seconds == found.asked > 0.1
    assert found.worst < 1e-4
