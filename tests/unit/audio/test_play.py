from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Generator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from glowvox.audio import miniaudio_player
from glowvox.audio import play as playing
from glowvox.audio.miniaudio_player import wanted_bytes
from glowvox.audio.pcm import pcm16
from glowvox.audio.play import CannotPlay, play, player_names
from glowvox.audio.wave import Audio

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the players here are shell scripts")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of programs, the only one there is."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "cat").symlink_to("/bin/cat")
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(playing.importlib.util, "find_spec", lambda name: None)
    return folder


def program(folder: Path, name: str, body: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{body}\n")
    (folder / name).chmod(0o755)


def pieces(count: int = 3, length: int = 5000) -> list[np.ndarray]:
    random = np.random.default_rng(0)
    return [random.uniform(-0.5, 0.5, length).astype(np.float32) for _ in range(count)]


def test_without_a_player_it_is_said_how_to_get_one(programs: Path) -> None:
    with pytest.raises(CannotPlay, match="nothing here can play sound") as caught:
        Audio(np.zeros(10, np.float32), 22_050).play()
    assert "glowvox[play]" in str(caught.value.hint)


def test_a_player_gets_the_rate_and_every_sample(programs: Path, tmp_path: Path) -> None:
    program(programs, "aplay", f'echo "$@" > {tmp_path}/options\ncat > {tmp_path}/heard')
    play(iter(pieces()), 22_050)
    assert (tmp_path / "heard").read_bytes() == pcm16(np.concatenate(pieces())).tobytes()
    assert "-r 22050" in (tmp_path / "options").read_text()


def test_a_player_without_a_device_gives_way_to_the_next(programs: Path, tmp_path: Path) -> None:
    program(programs, "paplay", "exit 1")
    program(programs, "aplay", "cat > /dev/null; exit 1")
    program(programs, "pw-play", f'cat "$1" > {tmp_path}/heard.wav')
    assert player_names() == ["paplay", "aplay", "pw-play"]
    play(iter(pieces(3, 100_000)), 22_050)
    whole = Audio(np.concatenate(pieces(3, 100_000)), 22_050)
    assert (tmp_path / "heard.wav").read_bytes() == whole.to_wav_bytes()


def test_a_player_that_dies_in_the_middle_is_not_replaced(programs: Path) -> None:
    program(programs, "aplay", "exec head -c 4000000 > /dev/null")
    (programs / "head").symlink_to("/usr/bin/head" if os.path.exists("/usr/bin/head") else "/bin/head")
    program(programs, "pw-play", "exit 0")
    with pytest.raises(CannotPlay, match="aplay stopped playing"):
        play(iter(pieces(10, 300_000)), 22_050)


def test_a_player_is_stopped_where_the_speech_fails(programs: Path, tmp_path: Path) -> None:
    program(programs, "aplay", f"exec cat > {tmp_path}/heard")

    def failing() -> object:
        yield from pieces(1)
        raise ValueError("the voice broke")

    with pytest.raises(ValueError, match="the voice broke"):
        play(failing(), 22_050)  # type: ignore[arg-type]


def test_a_device_gets_silence_until_sound_is_there() -> None:
    blocks: queue.Queue[bytes | None] = queue.Queue()
    done = threading.Event()
    feed = wanted_bytes(blocks, done)
    assert next(feed) == b""
    assert feed.send(3) == bytes(6)
    blocks.put(b"abcdefgh")
    assert feed.send(3) == b"abcdef"
    assert not done.is_set()
    blocks.put(None)
    assert feed.send(3) == b"gh" + bytes(4)
    assert done.is_set()


class Device:
    """A sound device as miniaudio has them: asks for frames in a thread of its own."""

    def __init__(self, backend: str = "alsa") -> None:
        self.backend = backend
        self.heard = b""
        self.closed = threading.Event()
        self.thread: threading.Thread | None = None

    def start(self, feed: Generator[bytes, int, None]) -> None:
        def ask() -> None:
            while not self.closed.is_set():
                self.heard += feed.send(441)
                self.closed.wait(0.0005)

        self.thread = threading.Thread(target=ask)
        self.thread.start()

    def close(self) -> None:
        self.closed.set()
        if self.thread is not None:
            self.thread.join()


class MiniaudioError(Exception):
    """As the package's."""


def install_miniaudio(monkeypatch: pytest.MonkeyPatch, device: Device | None) -> None:
    """A package miniaudio with one device or none."""

    def open_device(*, output_format: object, nchannels: int, sample_rate: int) -> Device:
        assert (nchannels, sample_rate) == (1, 22_050)
        if device is None:
            raise MiniaudioError("failed to init device")
        return device

    package = ModuleType("miniaudio")
    package.__dict__.update(
        MiniaudioError=MiniaudioError, PlaybackDevice=open_device, SampleFormat=SimpleNamespace(SIGNED16=2)
    )
    monkeypatch.setitem(sys.modules, "miniaudio", package)
    monkeypatch.setattr(playing, "player_names", lambda: ["miniaudio"])


def test_miniaudio_is_fed_from_a_queue_and_closed_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(miniaudio_player, "BLOCK_S", 0.01)
    device = Device()
    install_miniaudio(monkeypatch, device)
    play(iter(pieces()), 22_050)
    assert device.closed.is_set()
    sound = pcm16(np.concatenate(pieces())).tobytes()
    heard = np.frombuffer(device.heard, "<i2")
    np.testing.assert_array_equal(heard[heard != 0], np.frombuffer(sound, "<i2")[np.frombuffer(sound, "<i2") != 0])


@pytest.mark.parametrize("device", [None, Device(backend="Null")])
def test_miniaudio_without_a_real_device_gives_way(monkeypatch: pytest.MonkeyPatch, device: Device | None) -> None:
    install_miniaudio(monkeypatch, device)
    with pytest.raises(CannotPlay, match="nothing here can play sound"):
        play(iter(pieces()), 22_050)


def test_a_device_that_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(miniaudio_player, "PATIENCE_S", 0.01)
    device = Device()
    monkeypatch.setattr(device, "start", lambda feed: None)
    install_miniaudio(monkeypatch, device)
    with pytest.raises(CannotPlay):
        play(iter(pieces(20, 10_000)), 22_050)
    assert device.closed.is_set()
