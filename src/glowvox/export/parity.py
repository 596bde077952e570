"""The graphs held against the model they were made from, stage by stage, in double precision on the model's side."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from glowvox.audio.noise import draw
from glowvox.errors import GlowvoxError
from glowvox.export.source import Source
from glowvox.models.frame_prior import place_in_token
from glowvox.models.glow_tts import GlowTTS
from glowvox.models.istft_vocoder import IstftVocoder, Spectra
from glowvox.nn.masks import token_of_frame
from glowvox.runtime.acoustic import Acoustic, Reading
from glowvox.runtime.bundle import VocoderSettings
from glowvox.runtime.istft import Istft
from glowvox.runtime.session import Session

LIMIT = 1e-4
SOUND_LIMIT = 1e-3  # of the peak: both sides take sines of up to some hundred turns in single precision
TOKENS = (1, 2, 7, 40, 160)  # lengths of the texts that are tried
FRAMES = (1, 2, 9, 100)  # and of the mels
_SPEAKERS_TRIED = 3


@dataclass(frozen=True)
class Difference:
    """The worst difference found at one stage.

    worst  |graph − model|, relative where the model's value is above 1
    most   that is allowed
    """

    stage: str
    worst: float
    most: float = LIMIT

    @property
    def within(self) -> bool:
        """Whether it is as small as the rounding of single precision lets it be."""
        return self.worst <= self.most


def acoustic_parity(source: Source, encoder: bytes, decoder: bytes) -> list[Difference]:
    """The differences of encoder, decoder and both together, over texts of several lengths and speakers."""
    sessions = Session(encoder, name="encoder"), Session(decoder, name="decoder")
    exact = copy.deepcopy(source.model).double().eval()
    worst: dict[str, float] = {}
    generator = torch.Generator().manual_seed(0)
    vectors = source.vectors()
    with torch.no_grad():
        for number, size in enumerate(TOKENS):
            ids = torch.randint(len(source.settings.symbols), (1, size), generator=generator)
            vector = None if vectors is None else vectors[number % min(len(vectors), _SPEAKERS_TRIED)][None]
            found = [
                *_encoder(exact, sessions[0], ids, vector),
                *_decoder(exact, sessions[1], size, vector, generator),
                *_speech(exact, sessions, ids, vector),
            ]
            for stage, difference in found:
                worst[stage] = max(worst.get(stage, 0.0), difference)
    return [Difference(stage, value) for stage, value in worst.items()]


def vocoder_parity(vocoder: IstftVocoder, graph: bytes, settings: VocoderSettings) -> list[Difference]:
    """The differences of the network's spectra, and of the sound that NumPy makes of them and torch makes of them."""
    session = Session(graph, name="vocoder")
    exact = copy.deepcopy(vocoder).double().eval()
    worst: dict[str, float] = {}
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for frames in FRAMES:
            mel = 2 * torch.randn(1, vocoder.mel.bands, frames, generator=generator, dtype=torch.float64) - 4
            rows = mel[0].T.float().numpy()
            found = session.run({"mel": np.concatenate([rows, np.repeat(rows[-1:], -frames % settings.stack, axis=0)])})
            rows_of = {name: len(values) // (frames + -frames % settings.stack) for name, values in found.items()}
            found = {name: values[: frames * rows_of[name]] for name, values in found.items()}
            sound = np.concatenate(list(Istft(session, vocoder.mel, settings).stream(rows, seed=3)))
            for stage, difference in (*_spectra(exact, mel, found), ("vocoder.sound", _sound(exact, found, sound))):
                worst[stage] = max(worst.get(stage, 0.0), difference)
    limits = {"vocoder.sound": SOUND_LIMIT}
    return [Difference(stage, value, limits.get(stage, LIMIT)) for stage, value in worst.items()]


def require_parity(differences: Sequence[Difference]) -> None:
    """Refuse graphs that do not do what the model does.

    raises  GlowvoxError naming every stage that differs
    """
    bad = [f"{found.stage} by {found.worst:.1e} (allowed {found.most:g})" for found in differences if not found.within]
    if bad:
        raise GlowvoxError(
            f"the exported graphs differ from the model: {', '.join(bad)}",
            hint="nothing was written; this is a fault of glowvox export: please report it with the run's run.toml",
        )


def distance(found: npt.NDArray[np.floating], exact: npt.NDArray[np.floating]) -> float:
    """Largest |found − exact| / max(1, |exact|); infinite where the shapes differ or something is not finite."""
    if found.shape != exact.shape or not np.isfinite(found).all():
        return float("inf")
    return float((np.abs(found - exact) / np.maximum(1, np.abs(exact))).max(initial=0.0))


def _inputs(vector: torch.Tensor | None) -> dict[str, npt.NDArray[np.float32]]:
    return {} if vector is None else {"speaker": vector.float().numpy()}


def _double(vector: torch.Tensor | None) -> torch.Tensor | None:
    return None if vector is None else vector.double()


def _cond(vector: torch.Tensor | None) -> torch.Tensor | None:
    return None if vector is None else vector.double()[:, :, None]


def _encoder(
    model: GlowTTS, session: Session, ids: torch.Tensor, vector: torch.Tensor | None
) -> Iterator[tuple[str, float]]:
    exact = model.encoder(ids, torch.ones(1, 1, ids.shape[1], dtype=torch.float64), _cond(vector))
    found = session.run({"ids": ids.numpy(), **_inputs(vector)})
    yield "encoder.mean", distance(found["mean"], exact.mean[0].T.numpy())
    if "log_scale" in found:
        yield "encoder.log_scale", distance(found["log_scale"], exact.log_scale[0].T.numpy())
    yield "encoder.log_duration", distance(found["log_duration"], exact.log_duration[0].numpy())


def _decoder(
    model: GlowTTS, session: Session, columns: int, vector: torch.Tensor | None, generator: torch.Generator
) -> Iterator[tuple[str, float]]:
    frames = columns * model.decoder.factor
    mask = torch.ones(1, 1, frames, dtype=torch.float64)
    latent, given = _latent(model, frames, mask, generator)
    exact = model.sounding(latent, mask, _cond(vector))
    found = session.run({**given, **_inputs(vector)})
    yield "decoder.mel", distance(found["mel"], exact[0].T.numpy())


def _latent(
    model: GlowTTS, frames: int, mask: torch.Tensor, generator: torch.Generator
) -> tuple[torch.Tensor, dict[str, npt.NDArray[np.float32]]]:
    """A latent (1, M, T), and what the decoder's graph makes it of."""

    def drawn(width: int) -> torch.Tensor:
        return torch.randn(1, width, frames, generator=generator, dtype=torch.float64)

    latent, prior = drawn(model.bands), model.frame_prior
    if prior is None:
        return latent, {"latent": _rows(latent)}
    durations = torch.tensor([[frames // 2, frames - frames // 2]])
    place = place_in_token(durations, token_of_frame(durations, frames))
    shared, noise = drawn(prior.start.out_channels), drawn(model.bands)
    moved, log_scale = prior.over_frames(shared, place, mask)
    given = {"mean": _rows(latent), "shared": _rows(shared), "noise": _rows(noise), "place": place[0].float().numpy()}
    return latent + moved + noise * log_scale.exp(), given


def _rows(x: torch.Tensor) -> npt.NDArray[np.float32]:
    return np.ascontiguousarray(x[0].T.float().numpy())


def _speech(
    model: GlowTTS, sessions: tuple[Session, Session], ids: torch.Tensor, vector: torch.Tensor | None
) -> Iterator[tuple[str, float]]:
    """Text to mel by the runtime's own code, with the durations that the model gives."""
    acoustic = Acoustic(*sessions, squeeze=model.decoder.factor, duration_offset=model.duration_offset)
    exact = model.generate(ids, torch.tensor([ids.shape[1]]), speaker=_double(vector), variation=0.5, noise=7)
    reading = Reading(_inputs(vector).get("speaker"), variation=0.5, seed=7)
    encoded = acoustic.encode(ids[0].tolist(), reading)
    # a duration within rounding of a whole number may be ceiled either way: the model's own are taken
    yield "speech.frames", float(np.mean(np.abs(acoustic.fit(encoded.frames) - exact.durations[0].numpy()) > 1))
    mel = acoustic.decode(encoded, exact.durations[0].numpy(), reading)
    yield "speech.mel", distance(mel, exact.mel[0].T.numpy())


def _spectra(
    model: IstftVocoder, mel: torch.Tensor, found: dict[str, npt.NDArray[np.float32]]
) -> Iterator[tuple[str, float]]:
    exact = model.spectra(mel)
    filters = torch.polar(exact.gain.double().exp(), exact.phase.double())[0].numpy()
    yield "vocoder.spectra", max(distance(found["real"], filters.real), distance(found["imaginary"], filters.imag))
    if exact.noise is not None and exact.log_f0 is not None and exact.voicing is not None:
        yield "vocoder.noise", distance(found["noise"], exact.noise.double().exp()[0].numpy())
        yield "vocoder.f0", distance(found["f0"], exact.log_f0.double().exp()[0].numpy())
        yield "vocoder.voicing", distance(found["voicing"], exact.voicing[0].numpy())


def _sound(model: IstftVocoder, found: dict[str, npt.NDArray[np.float32]], sound: npt.NDArray[np.float32]) -> float:
    """How far NumPy's sound is from torch's, of the same spectra, as a share of its peak."""
    tensors = {name: torch.from_numpy(values).double()[None] for name, values in found.items()}
    filters = torch.complex(tensors["real"], tensors["imaginary"])
    gain, phase = filters.abs().clamp(min=1e-30).log(), filters.angle()
    if "f0" not in tensors:
        exact = model.wave(Spectra(gain, phase, None, None, None))[0].numpy()
        return distance(sound / np.abs(exact).max(), exact / np.abs(exact).max())
    noise = tensors["noise"].clamp(min=1e-30).log()
    spectra = Spectra(gain, phase, noise, tensors["f0"].log(), tensors["voicing"])
    drawn = torch.from_numpy(draw(3, (1, len(sound)))).double()
    voiced = (tensors["voicing"] > 0).double()
    exact = model.wave(spectra, noise=drawn, f0=tensors["f0"], voiced=voiced)[0].numpy()
    return distance(sound / np.abs(exact).max(), exact / np.abs(exact).max())
