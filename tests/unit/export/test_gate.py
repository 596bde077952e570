"""What is measured of graphs in eight bits, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from glowvox.audio.mel import MelConfig
from glowvox.evaluate.words import Errors
from glowvox.export.exporting import Request, make_voice
from glowvox.export.gate import CHECK_TEXTS, Verdict, frame_distortion, mean_shift
from glowvox.export.judging import Jury, Listener
from tests.fixtures.exported import make_source, make_vocoder


@pytest.mark.parametrize(
    ("figures", "accepted"),
    [
        ({"distortion": 0.5}, True),
        ({"distortion": 0.51}, False),
        ({"distortion": 0.9, "chance": 1.8}, True),
        ({"distortion": 0.91, "chance": 1.8}, False),
        ({"distortion": float("nan")}, False),
        ({"distortion": 0.1, "shift": 0.02}, True),
        ({"distortion": 0.1, "shift": 0.03}, False),
        ({"distortion": 0.1, "before": Errors(3, 90), "after": Errors(4, 90)}, True),
        ({"distortion": 0.1, "before": Errors(3, 90), "after": Errors(5, 90)}, False),
        ({"distortion": 0.1, "before": Errors(81, 200), "after": Errors(90, 200)}, True),
        ({"distortion": 0.1, "before": Errors(81, 200), "after": Errors(91, 200)}, False),
        ({"distortion": 0.1, "before": Errors(30, 2000), "after": Errors(40, 2000)}, True),
        ({"distortion": 0.1, "before": Errors(30, 2000), "after": Errors(41, 2000)}, False),
    ],
)
def test_verdicts(figures: dict, accepted: bool) -> None:
    assert Verdict("x", **figures).accepted == accepted


def test_distortion_is_that_of_the_cepstra() -> None:
    """One cosine of height a over the bands is one coefficient of a: (10 √2 / ln 10) · a decibels."""
    config = MelConfig()
    mel = np.random.default_rng(0).uniform(-6, 0, (20, 80))
    wave = 0.1 * np.cos(np.pi / 80 * 3 * (np.arange(80) + 0.5))
    assert frame_distortion(mel, mel + wave, config) == pytest.approx(10 * np.sqrt(2) / np.log(10) * 0.1, rel=1e-6)
    assert frame_distortion(mel, mel + 0.7, config) == pytest.approx(0, abs=1e-9)  # loudness is left out
    decibels = MelConfig(compression="log10", gain=20.0)
    scaled = 20 / np.log(10) * mel
    assert frame_distortion(scaled, scaled + 20 / np.log(10) * wave, decibels) == pytest.approx(0.6142, rel=1e-3)


def test_shift_is_of_whole_sentences() -> None:
    assert mean_shift([np.array([5, 5]), np.array([10])], [np.array([6, 4]), np.array([12])]) == pytest.approx(0.1)
    assert mean_shift([], []) == 0.0


def test_the_jury_hears_what_is_wrong() -> None:
    source, vocoder = make_source(speakers=("anna", "ben")), make_vocoder()
    made = make_voice(source, vocoder, Request(name="x", precision="fp32"))
    heard: list[str] = []

    def hear(audio: object) -> str:
        heard.append(audio.text)  # type: ignore[attr-defined]
        return audio.text.replace("fox", "box")  # type: ignore[attr-defined]

    jury = Jury(
        made.settings, made.files, source.front_end, CHECK_TEXTS[:2], listener=Listener(hear, lambda text: text.lower())
    )
    assert len(jury.mels) == 2
    assert all(mel.shape[1] == 80 for mel in jury.mels)
    for graph in ("encoder.onnx", "decoder.onnx", "vocoder.onnx"):
        same = jury.judge(graph, made.files[graph])
        assert same.distortion == same.shift == 0
        assert same.before == same.after == Errors(1, 23)
        assert same.accepted
    assert len(heard) == 2 + 3 * 2
    other = make_voice(make_source(speakers=("anna", "ben", "cleo")), None, Request(name="y", precision="fp32"))
    assert jury.judge("decoder.onnx", made.files["decoder.onnx"]).accepted
    assert not jury.judge("decoder.onnx", _of_other_weights(other.files["decoder.onnx"])).accepted


def _of_other_weights(blob: bytes) -> bytes:
    """The same graph with every large weight half as large again."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load_from_string(blob)
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype == np.float32 and values.size > 500:
            weight.CopyFrom(numpy_helper.from_array(values * np.float32(1.5), weight.name))
    return model.SerializeToString()
