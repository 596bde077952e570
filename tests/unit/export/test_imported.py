"""An imported model leaves as a voice that says what the run says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from glowvox.export.exporting import Request, make_voice
from glowvox.export.source import Source
from glowvox.export.writing import write_voice
from glowvox.importers.coqui_glow_tts import Beside
from glowvox.runtime.voice import Voice
from glowvox.train.speaker import Speaker
from tests.fixtures.coqui import ENCODERS, bring_in, model_of, settings, their_tensors


@pytest.mark.parametrize("encoder", ENCODERS)
def test_every_encoder_speaks_without_torch_as_it_did(encoder: str, tmp_path: Path) -> None:
    table = settings(encoder, add_blank=True, enable_eos_bos_chars=True, use_d_vector_file=True, d_vector_dim=4)
    clips = {"1.wav": {"name": "abe", "embedding": [1, 2, 3, 4]}, "2.wav": {"name": "zoe", "embedding": [4, -3, 2, 1]}}
    (tmp_path / "vectors.json").write_text(json.dumps(clips))
    beside = Beside(d_vectors=(tmp_path / "vectors.json",))
    run = bring_in(tmp_path, table, their_tensors(model_of(table)), beside).run
    request = Request(name="imported", precision="fp32", licence="CC0-1.0", data="nothing")
    made = make_voice(Source.load(run), None, request)
    assert all(difference.within for difference in made.differences)
    assert (made.settings.language, made.settings.duration_offset) == ("en", 1)
    write_voice(made, tmp_path / "voice")
    voice, speaker = Voice.load(tmp_path / "voice"), Speaker.load(run)
    said = {name: voice.say("Yes.", speaker=name, seed=3) for name in ("abe", "zoe")}
    expected = speaker.say("Yes.", speaker="abe", seed=3)
    assert len(said["abe"].samples) == len(expected.samples)
    assert not np.array_equal(said["abe"].samples, said["zoe"].samples)
