"""From a run to the files of a voice."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
from msgspec import structs

from glowvox.audio.mel import MelConfig
from glowvox.errors import GlowvoxError, InputError, UsageError
from glowvox.export import exporting
from glowvox.export.decoder_graph import decoder_graph
from glowvox.export.encoder_graph import encoder_graph
from glowvox.export.exporting import Request, make_voice
from glowvox.export.folds import fold_decoder
from glowvox.export.parity import Difference, acoustic_parity
from glowvox.export.source import Source
from glowvox.export.writing import require_free, write_voice
from glowvox.runtime.voice import Voice
from tests.fixtures.exported import SMALL, make_made, make_source, make_vocoder, make_voice_folder
from tests.fixtures.runs import make_run


def test_a_voice_holds_what_it_says(tmp_path: Path) -> None:
    folder = make_voice_folder(tmp_path / "tiny")
    table = json.loads((folder / "voice.json").read_text())
    assert sorted(table["files"]) == sorted(path.name for path in folder.iterdir() if path.name != "voice.json")
    for name, record in table["files"].items():
        content = (folder / name).read_bytes()
        assert record == {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    assert (table["format"], table["name"], table["language"]) == (1, "tiny", "en")
    assert table["mel_fingerprint"] == MelConfig().fingerprint()
    assert table["vocoder"] == {"kind": "istft", "stack": 1, "pieces": 2, "reach": 9}
    card = (folder / "CARD.md").read_text()
    for word in ("random numbers", "CC0-1.0", "nobody's", "anna, ben", "synthetic"):
        assert word in card
    assert (folder / "LICENSE").read_text().startswith("SPDX-License-Identifier: CC0-1.0\n")
    np.testing.assert_allclose(np.linalg.norm(np.load(folder / "speakers.npy"), axis=1), 1, atol=1e-6)


def test_the_same_export_is_the_same_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_voice(make_made(), tmp_path / f"{name}.glowvox")
    assert (tmp_path / "a.glowvox").read_bytes() == (tmp_path / "b.glowvox").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.glowvox") as archive:
        assert "voice.json" in archive.namelist()


@pytest.mark.parametrize("precision", ["fp16", "int8", "auto"])
def test_precisions(precision: str) -> None:
    made = make_made(precision=precision, texts=("Noon came at last.", "Did it go?"))
    kinds = set(made.settings.precision.values())
    assert kinds <= {"fp16", "int8"} if precision == "auto" else kinds == {precision}
    assert len(made.verdicts) == (0 if precision == "fp16" else 3)
    if precision == "auto":
        accepted = {verdict.graph: verdict.accepted for verdict in made.verdicts}
        assert made.settings.precision == {g: "int8" if ok else "fp16" for g, ok in accepted.items()}
    source = make_source(speakers=("anna", "ben"))
    voice = Voice.assemble(made.settings, made.files, source.front_end)
    full = Voice.assemble(*(lambda m: (m.settings, m.files))(make_made()), source.front_end)
    said, exact = voice.say("Noon."), full.say("Noon.")
    assert abs(len(said) - len(exact)) <= 4 * 256
    for report in made.graphs:
        assert report.bytes == len(made.files[report.name]) < report.full_bytes


def test_sentences_decide_and_none_cannot() -> None:
    with pytest.raises(UsageError, match="no sentences to judge by"):
        make_made(precision="auto", texts=())


def test_one_speaker_has_no_vectors() -> None:
    made = make_made(speakers=("anna",), vocoder=False)
    assert "speakers.npy" not in made.files
    assert "vocoder.onnx" not in made.files
    assert made.settings.vocoder.kind == "griffin-lim"
    voice = Voice.assemble(made.settings, made.files, make_source().front_end)
    assert len(voice.say("Noon.")) > 0


def test_what_a_run_does_not_say_must_be_given(tmp_path: Path) -> None:
    source = Source.load(make_run(tmp_path / "run").folder)
    assert source.card == {}
    for known, missing in (({}, "licence"), ({"licence": "CC0-1.0"}, "data")):
        with pytest.raises(UsageError, match=f"a voice must say its {missing}") as caught:
            make_voice(source, None, Request(name="x", **known))
        assert f"--{missing}" in (caught.value.hint or "")
    made = make_voice(source, None, Request(name="x", precision="fp32", licence="MIT", data="mine", language="en-GB"))
    assert (made.settings.licence, made.settings.data, made.settings.consent) == ("MIT", "mine", "not stated")
    assert made.settings.language == "en-GB"


@pytest.mark.parametrize("name", ["", "../x", "a b", ".x", "a/b"])
def test_names_are_names_of_files(name: str) -> None:
    with pytest.raises(UsageError, match="name '"):
        make_made(name=name)


def test_a_vocoder_of_other_mels_is_refused() -> None:
    vocoder = make_vocoder(mel=MelConfig(high=7000.0))
    with pytest.raises(InputError, match=r"different mel spectrograms: high 8000.0 against 7000.0"):
        make_voice(make_source(), vocoder, Request(name="x"))


def test_nothing_is_made_of_graphs_that_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "acoustic_parity", lambda *_: [Difference("decoder.mel", 0.2)])
    with pytest.raises(GlowvoxError, match=r"decoder\.mel by 2\.0e-01 \(allowed 0\.0001\)"):
        make_made()


def test_a_voice_is_replaced_and_nothing_else_is(tmp_path: Path) -> None:
    made = make_made(vocoder=False)
    target = tmp_path / "voice"
    target.mkdir()
    write_voice(make_made(), target)
    assert (target / "vocoder.onnx").exists()
    write_voice(made, target)
    assert not (target / "vocoder.onnx").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["voice"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("all of it")
    (tmp_path / "file").write_text("x")
    (tmp_path / "odd.glowvox").mkdir()
    for bad, message in (
        ("mine", "exists and is no voice"),
        ("file", "exists and is no voice"),
        ("odd.glowvox", "is a folder"),
        ("none/voice", "does not exist"),
    ):
        with pytest.raises(UsageError, match=message):
            require_free(tmp_path / bad)
        with pytest.raises(UsageError, match=message):
            write_voice(made, tmp_path / bad)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "all of it"


def test_folded_blocks_come_in_the_order_the_latent_meets_them() -> None:
    source = make_source()
    flows = source.model.decoder.chain.flows
    first, last = fold_decoder(source.model.decoder)
    np.testing.assert_allclose(
        first.mixing.bias, -(flows[3].bias * (-flows[3].log_scale).exp())[:, 0].detach().numpy(), rtol=1e-5
    )
    assert first.gates[-1].residual is None
    assert last.gates[0].residual is not None
    assert first.start.weight.shape == (80, 16)
    assert first.end.weight.shape == (32, 160)


def test_contrast_between_bands_is_folded_into_the_decoder() -> None:
    source = make_source(structs.replace(SMALL, contrast=0.4), speakers=("anna", "ben"))
    model, width = source.model, source.speaker_width
    encoder = encoder_graph(model.encoder, speaker_width=width, precision="fp32")
    sharp, plain = (
        decoder_graph(model.decoder, bands=80, speaker_width=width, precision="fp32", contrast=contrast)
        for contrast in (model.contrast, None)
    )
    assert all(found.within for found in acoustic_parity(source, encoder, sharp))
    assert {found.stage for found in acoustic_parity(source, encoder, plain) if not found.within} == {
        "decoder.mel",
        "speech.mel",
    }
    assert len(onnx.load_from_string(sharp).graph.node) == len(onnx.load_from_string(plain).graph.node)
