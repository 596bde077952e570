"""Channels that leave a flow early, for any number of flows, exits and sizes."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from glowvox.flows.base import walk
from glowvox.flows.remainder import Remainder
from glowvox.models.waveglow import wave_flow
from glowvox.models.waveglow_config import WaveGlowConfig

COND = 3
sizes = st.fixed_dictionaries(
    {
        "flows": st.integers(1, 6),
        "group": st.sampled_from([2, 4, 6, 8]),
        "early_every": st.integers(1, 4),
        "early_size": st.sampled_from([2, 4]),
        "alternating": st.booleans(),
    }
)


@settings(max_examples=40, deadline=None)
@given(chosen=sizes, columns=st.integers(1, 5), seed=st.integers(0, 99))
def test_what_has_left_is_touched_no_more_and_everything_comes_back(
    chosen: dict[str, int], columns: int, seed: int
) -> None:
    exits = (chosen["flows"] - 1) // chosen["early_every"]
    left = chosen["group"] - exits * chosen["early_size"]
    if left < 2:
        with pytest.raises(ValueError, match="at least 2 must remain"):
            WaveGlowConfig(**chosen, layers=1, width=4)
        return
    torch.manual_seed(seed)
    flow = wave_flow(WaveGlowConfig(**chosen, layers=1, width=4), cond_width=COND).double()
    steps = [step for step in walk(flow) if isinstance(step, Remainder)]
    assert [step.finished for step in steps] == [
        number // chosen["early_every"] * chosen["early_size"] for number in range(chosen["flows"])
    ]
    with torch.no_grad():
        for parameter in flow.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    x, cond = torch.randn(2, chosen["group"], columns).double(), torch.randn(2, COND, columns).double()
    mask = torch.ones(2, 1, columns, dtype=torch.float64)
    latent, log_det = flow(x, mask, cond)
    back, undone = flow.inverse(latent, mask, cond)
    assert (back - x).abs().max() <= 1e-10
    assert (log_det + undone).abs().max() <= 1e-9
    with torch.no_grad():  # whatever the last step does, what left before it stays
        for parameter in steps[-1].parameters():
            parameter.mul_(1.1)
    other, _ = flow(x, mask, cond)
    gone = steps[-1].finished
    assert torch.equal(other[:, :gone], latent[:, :gone])
    assert not torch.equal(other[:, gone:], latent[:, gone:])
