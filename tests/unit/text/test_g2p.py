"""The letter-to-sound network: its arithmetic against torch, its beam, and what ships."""

from __future__ import annotations

import numpy as np
import pytest

from glowvox.text.g2p import Gru, Network, shipped
from glowvox.text.symbols import PHONES


def test_the_recurrence_is_the_usual_gru() -> None:
    torch = pytest.importorskip("torch")
    reference = torch.nn.GRU(5, 7)
    weights = [p.detach().numpy() for p in reference.parameters()]
    ours = Gru(*weights)
    inputs = np.random.default_rng(0).normal(size=(9, 5)).astype(np.float32)
    expected, _ = reference(torch.tensor(inputs)[:, None])
    np.testing.assert_allclose(ours.run(inputs), expected[:, 0].detach().numpy(), atol=1e-6)


def tiny(output: np.ndarray) -> Network:
    """A network of nothing but zeros, whose output bias decides."""
    zero = Gru(np.zeros((6, 3)), np.zeros((6, 2)), np.zeros(6), np.zeros(6))
    deep = Gru(np.zeros((6, 6)), np.zeros((6, 2)), np.zeros(6), np.zeros(6))
    return Network(
        letters="ab",
        labels=((), ("B",), ("AA1", "B")),
        letter_table=np.zeros((2, 3)),
        label_table=np.zeros((4, 2)),
        encoder=((zero, zero),),
        decoder=deep,
        output=np.zeros((3, 6)),
        output_bias=output,
    )


def test_each_letter_gives_its_label() -> None:
    assert tiny(np.array([0.0, 1.0, 3.0])).phones("ab") == ("AA1", "B", "AA1", "B")
    assert tiny(np.array([3.0, 1.0, 0.0])).phones("ab") == ()


def test_letters_it_cannot_read_are_passed_over() -> None:
    network = tiny(np.array([0.0, 3.0, 0.0]))
    assert network.phones("aéb") == ("B", "B")
    assert network.phones("é") == ()


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("blick", "B L IH1 K"),
        ("spling", "S P L IH1 NG"),
        ("trake", "T R EY1 K"),
        ("zormation", "Z AO0 R M EY1 SH AH0 N"),
    ],
)
def test_invented_words_sound_as_written(word: str, phones: str) -> None:
    assert " ".join(shipped().phones(word)) == phones


def test_every_label_is_made_of_phones_and_the_empty_one_is_there() -> None:
    assert () in shipped().labels
    assert all(phone in PHONES for label in shipped().labels for phone in label)


def test_the_same_word_is_always_said_the_same() -> None:
    assert len({shipped().phones("glowvox") for _ in range(5)}) == 1
