"""Sound to the loudspeakers through the package miniaudio, which needs nothing else on the machine."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator

from glowvox.audio.pcm import Samples, pcm16
from glowvox.audio.players import CannotPlay

BLOCK_S = 0.1
WAITING = 20  # blocks between the writer and the device: what may be computed ahead
PATIENCE_S = 10.0  # of a device that takes nothing


class MiniaudioPlayer:
    """Feeds a device, which asks for sound in a thread of its own, from a short queue."""

    def __init__(self, sample_rate: int) -> None:
        import miniaudio

        self.block = round(BLOCK_S * sample_rate) * 2
        self.queue: queue.Queue[bytes | None] = queue.Queue(WAITING)
        self.done = threading.Event()
        try:
            self.device = miniaudio.PlaybackDevice(
                output_format=miniaudio.SampleFormat.SIGNED16, nchannels=1, sample_rate=sample_rate
            )
        except miniaudio.MiniaudioError as error:
            raise CannotPlay(f"miniaudio found no device: {error}") from None
        if "null" in str(self.device.backend).lower():  # takes everything and plays nothing
            self.device.close()
            raise CannotPlay("miniaudio found no device")
        feed = wanted_bytes(self.queue, self.done)
        next(feed)
        self.device.start(feed)

    def write(self, samples: Samples) -> None:
        """Queue samples (S,); waits while the queue is full.

        raises  CannotPlay when the device takes no more
        """
        content = pcm16(samples).tobytes()
        for start in range(0, len(content), self.block):
            self._put(content[start : start + self.block])

    def finish(self) -> None:
        """Wait until the device has taken everything, and a moment for what it has taken to be heard.

        raises  CannotPlay when the device takes no more
        """
        self._put(None)
        if not self.done.wait(WAITING * BLOCK_S + PATIENCE_S):
            raise CannotPlay("the sound device stopped taking sound")
        threading.Event().wait(2 * BLOCK_S)
        self.device.close()

    def stop(self) -> None:
        """Be silent at once."""
        self.device.close()

    def _put(self, block: bytes | None) -> None:
        try:
            self.queue.put(block, timeout=PATIENCE_S)
        except queue.Full:
            raise CannotPlay("the sound device stopped taking sound") from None


def wanted_bytes(blocks: queue.Queue[bytes | None], done: threading.Event) -> Generator[bytes, int, None]:
    """A generator that is sent how many frames a device wants and gives them; silence while nothing is there yet.

    blocks  of 16-bit mono sound; None is the end, after which `done` is set
    """
    held = b""
    ended = False
    wanted = yield b""
    while True:
        while len(held) < 2 * wanted and not ended:
            try:
                block = blocks.get_nowait()
            except queue.Empty:
                break
            ended = block is None
            held += block or b""
        out, held = held[: 2 * wanted], held[2 * wanted :]
        if ended and not held:
            done.set()
        wanted = yield out + b"\0" * (2 * wanted - len(out))
