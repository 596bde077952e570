"""Sound to the loudspeakers: miniaudio where it is installed, else a player of the system."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Iterable, Iterator

from glowvox.audio.pcm import Samples
from glowvox.audio.players import FROM_A_FILE, ON_A_PIPE, CannotPlay, FilePlayer, PipePlayer, Player

__all__ = ["CannotPlay", "open_player", "play", "player_names"]

REMEMBERED_S = 30.0  # a player that fails before this much is out is replaced by the next one, without a gap


def player_names() -> list[str]:
    """The players found here, in the order in which they are tried; whether they find a device shows when they play."""
    names = ["miniaudio"] if importlib.util.find_spec("miniaudio") else []
    names += [name for name in (*ON_A_PIPE, *FROM_A_FILE) if shutil.which(name)]
    return [*names, "winsound"] if sys.platform == "win32" else names


def open_player(name: str, sample_rate: int) -> Player:
    """One of `player_names`.

    raises  CannotPlay where it cannot be started or finds no device
    """
    if name == "miniaudio":
        from glowvox.audio.miniaudio_player import MiniaudioPlayer

        return MiniaudioPlayer(sample_rate)
    if name in ON_A_PIPE:
        return PipePlayer(name, sample_rate)
    return FilePlayer(name, sample_rate)


def play(pieces: Iterable[Samples], sample_rate: int) -> None:
    """Play sound as it arrives, to its end.

    pieces       of samples (S,), full scale ±1
    sample_rate  Hz
    raises       CannotPlay where nothing here can
    """
    coming = iter(pieces)
    said: list[Samples] = []
    for name in player_names():
        try:
            player = open_player(name, sample_rate)
        except CannotPlay:
            continue
        try:
            _feed(player, said, coming, round(REMEMBERED_S * sample_rate))
        except CannotPlay:
            if sum(map(len, said)) >= REMEMBERED_S * sample_rate:
                raise
        else:
            return
    raise CannotPlay("nothing here can play sound", hint="pip install 'glowvox[play]', or write a file with -o")


def _feed(player: Player, said: list[Samples], coming: Iterator[Samples], remembered: int) -> None:
    """Hand over what was said already and what is coming; the beginning is kept in `said`."""
    try:
        for samples in said:
            player.write(samples)
        kept = sum(map(len, said))
        for samples in coming:
            if kept < remembered:
                said.append(samples)
                kept += len(samples)
            player.write(samples)
        player.finish()
    except BaseException:
        player.stop()
        raise
