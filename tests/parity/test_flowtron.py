"""Every option of a Flowtron: the graphs do what the model does, in full, in halves and in eight bits."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch

from glowvox.errors import UsageError
from glowvox.export.exporting import Request, make_voice
from glowvox.export.flowtron_graphs import step_graph, steps_of
from glowvox.export.flowtron_parity import flowtron_parity
from glowvox.models.flowtron_config import FlowtronConfig, MixtureConfig
from glowvox.runtime.session import Session
from tests.fixtures.flowtrons import make_flowtron_source

SIZES = {"hidden": 12, "attention": 8, "text": 8, "speaker_width": 4}


def model(**options: object) -> FlowtronConfig:
    return FlowtronConfig(**{**SIZES, **options})


MODELS = {
    "two steps, two layers": (model(), 2),
    "one speaker": (model(layers=1), 1),
    "one step": (model(flows=1), 4),
    "three steps, three layers": (model(flows=3, layers=3), 2),
    "no gate": (model(gate=False, layers=1), 2),
    "one shared speaker": (model(shared_speaker=True, layers=1), 3),
    "cumulative attention": (model(cumulative_attention=True), 2),
    "cumulative attention, one speaker": (model(cumulative_attention=True, layers=1, flows=1), 1),
    "fixed mixture": (model(mixture=MixtureConfig(components=4, mean_scale=2.0, width=8), layers=1), 2),
}


@pytest.mark.parametrize("name", MODELS)
def test_graphs_do_what_the_model_does(name: str) -> None:
    config, speakers = MODELS[name]
    source = make_flowtron_source(config, speakers=tuple(f"speaker{number}" for number in range(speakers)))
    differences = {found.stage: found.worst for found in flowtron_parity(source, source.graphs("fp32"))}
    wanted = {"encoder.values", "encoder.text" if config.cumulative_attention else "encoder.keys", "speech.mel"}
    wanted |= {f"step{number}.{what}" for number in range(config.flows) for what in ("x", "attention")}
    if config.gate:
        wanted.add(f"step{config.flows - 1}.gate")
    assert set(differences) == wanted
    assert max(differences.values()) < 1e-5, differences


def test_a_graph_of_other_weights_is_refused() -> None:
    source = make_flowtron_source(model())
    files = source.graphs("fp32")
    with torch.no_grad():
        steps_of(source.model)[1].decoder.bias_hh_l1[30] += 0.05
    differences = {found.stage: found for found in flowtron_parity(source, files)}
    assert differences["step0.x"].within
    assert differences["encoder.keys"].within
    assert not differences["step1.x"].within
    assert not differences["speech.mel"].within


def test_a_mixture_that_recordings_tell_cannot_be_exported() -> None:
    source = make_flowtron_source(model(mixture=MixtureConfig(components=2, learned=True, width=8)))
    with pytest.raises(UsageError, match="tells its mixture from a recording"):
        make_voice(source, None, Request(name="x", precision="fp32"))


@pytest.mark.parametrize(("precision", "least_db", "most_size"), [("fp16", 55, 0.55), ("int8", 28, 0.42)])
def test_smaller_steps_are_smaller_and_near(precision: str, least_db: float, most_size: float) -> None:
    source = make_flowtron_source(FlowtronConfig(hidden=128, attention=64, text=16, speaker_width=4))
    rng = np.random.default_rng(0)
    shapes = {"previous": (1, 80), "residual": (1, 80), "hidden": (3, 128), "cell": (3, 128)}
    given = {name: rng.uniform(-1, 1, shape).astype(np.float32) for name, shape in shapes.items()}
    given |= {name: rng.standard_normal((9, 64)).astype(np.float32) for name in ("key", "value")}
    given |= {"temperature": np.ones(1, np.float32), "told": np.zeros((1, 9), np.float32)}
    step = steps_of(source.model)[1]
    full, small = step_graph(step, precision="fp32"), step_graph(step, precision=precision)
    assert len(small) < most_size * len(full)
    exact, near = Session(full, name="full").run(given), Session(small, name="small").run(given)
    for name in exact.keys() - {"gate"}:  # which is 0 or 1 here
        noise = ((exact[name] - near[name]) ** 2).mean()
        assert 10 * np.log10((exact[name] ** 2).mean() / noise) > least_db, name


def test_steps_stay_small() -> None:
    """Every node costs some microseconds, and a sentence has a thousand frames."""
    steps = steps_of(make_flowtron_source(model()).model)
    assert [len(onnx.load_from_string(step_graph(step, precision="fp32")).graph.node) for step in steps] == [65, 69]
