"""Another speaker at the front: names and vectors move together, the model at hand stays as it was."""

from __future__ import annotations

import pytest
import torch

from glowvox.errors import UsageError
from glowvox.export.flowtron_source import FlowtronSource
from glowvox.export.source import Source
from tests.fixtures.exported import make_source
from tests.fixtures.flowtrons import make_flowtron_source


def test_one_name_moves_and_the_others_keep_their_order() -> None:
    source = make_source(speakers=("anna", "ben", "cleo"))
    assert source.led_by("cleo").settings.speakers == ("cleo", "anna", "ben")
    assert source.led_by("ben").settings.speakers == ("ben", "anna", "cleo")
    with pytest.raises(UsageError, match="no speaker 'anne' to speak first; did you mean 'anna'"):
        source.led_by("anne")


@pytest.mark.parametrize("source", [make_source(speakers=("anna", "ben", "cleo")), make_flowtron_source()])
def test_vectors_move_with_their_names(source: Source | FlowtronSource) -> None:
    last = source.settings.speakers[-1]
    led = source.led_by(last)
    assert led.settings.speakers == (last, *source.settings.speakers[:-1])
    before, after = source.vectors(), led.vectors()
    assert before is not None
    assert after is not None
    assert torch.equal(after, torch.cat([before[-1:], before[:-1]]))
    assert not torch.equal(after, before)


def test_a_voice_of_one_is_led_by_that_one() -> None:
    source = make_source()
    assert source.led_by("anna").settings == source.settings
