"""WaveGlow trained for a while on a few recordings: its likelihood curve, and copy synthesis before and after.

    python benchmarks/waveglow_curve.py FOLDER [--clips 20] [--steps 600] [--preset tiny] [--out runs/waveglow]

FOLDER holds recordings of any format. The last clip is held out: its likelihood is told beside the training's, and it
is spoken from its own mel spectrogram into OUT, which also gets the model and curve.csv.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import Tensor

from glowvox.audio.conventions import CONVENTIONS
from glowvox.audio.griffin_lim import griffin_lim
from glowvox.audio.mel import log_mel
from glowvox.audio.read import read_audio
from glowvox.audio.wave import Audio, write_wav
from glowvox.evaluate.spectral import mel_cepstral_distortion
from glowvox.files import write_text
from glowvox.models.denoiser import Denoiser
from glowvox.models.vocoder_file import write_vocoder
from glowvox.models.waveglow import WaveGlow, nll
from glowvox.models.waveglow_config import PRESETS

MEL = CONVENTIONS["tacotron-22k"]
FRAMES, BATCH, RATE = 63, 4, 4e-4  # 16,128 samples a cut


def load(folder: Path, clips: int) -> list[tuple[Tensor, Tensor]]:
    """Mel spectrograms (M, T) and samples (S,) of the first recordings by name."""
    found = []
    for path in sorted(path for path in folder.iterdir() if path.is_file())[:clips]:
        samples = read_audio(path, MEL.sample_rate).audio.samples
        found.append((torch.from_numpy(log_mel(samples, MEL)), torch.from_numpy(samples)))
    return found


def cuts(clips: list[tuple[Tensor, Tensor]], draws: torch.Generator) -> tuple[Tensor, Tensor]:
    """Random cuts that begin with a frame: mel (B, M, T), samples (B, S)."""
    mels, waves = [], []
    for _ in range(BATCH):
        mel, samples = clips[int(torch.randint(len(clips), (), generator=draws))]
        first = int(torch.randint(max(1, len(samples) // MEL.hop - FRAMES), (), generator=draws))
        mels.append(mel[:, first : first + FRAMES])
        waves.append(samples[first * MEL.hop : (first + FRAMES) * MEL.hop])
    return torch.stack(mels), torch.stack(waves)


def told(model: WaveGlow, held: tuple[Tensor, Tensor]) -> float:
    """Nats a sample of a whole clip."""
    with torch.no_grad():
        return nll(model.encode(held[0][None], held[1][None])).item()


def copies(model: WaveGlow, held: tuple[Tensor, Tensor], out: Path) -> dict[str, float]:
    """Speak a clip from its mel in several ways; mel-cepstral distortion of each (dB)."""
    mel = held[0]
    denoiser = Denoiser.of(lambda silence: model.generate(silence, sigma=0.0), bands=MEL.bands)
    wave = model.generate(mel[None], sigma=0.666)
    ways = {
        "waveglow": wave[0].numpy(),
        "denoised": denoiser(wave, 0.05)[0].numpy(),
        "griffin-lim": griffin_lim(mel.numpy(), MEL),
    }
    for name, samples in ways.items():
        write_wav(out / f"{name}.wav", Audio(samples, MEL.sample_rate))
    return {name: mel_cepstral_distortion(mel.numpy(), log_mel(samples, MEL)) for name, samples in ways.items()}


def main() -> None:
    """Train, tell the curve, speak."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clips", type=int, default=20)
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--preset", choices=PRESETS, default="tiny")
    parser.add_argument("--out", type=Path, default=Path("runs/waveglow"))
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    *clips, held = load(given.folder, given.clips)
    torch.manual_seed(0)
    draws = torch.Generator().manual_seed(0)
    model = WaveGlow(PRESETS[given.preset], MEL)
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    lines, sums = [f"0,,{told(model, held):.4f}"], []
    print(lines[-1], flush=True)
    for step in range(1, given.steps + 1):
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = nll(model.encode(*cuts(clips, draws)))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        sums.append(loss.item())
        if step % 20 == 0 or step == given.steps:
            lines.append(f"{step},{sum(sums) / len(sums):.4f},{told(model, held):.4f}")
            print(lines[-1], flush=True)
            sums = []
    write_text(given.out / "curve.csv", "\n".join(["step,nll,held_out_nll", *lines]) + "\n")
    write_vocoder(given.out / "waveglow.safetensors", model.eval())
    for name, distance in copies(model, held, given.out).items():
        print(f"{name}: {distance:.2f} dB")


if __name__ == "__main__":
    main()
