"""A published WaveGlow checkpoint → one file that speaks from mel spectrograms."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from glowvox.errors import UsageError
from glowvox.importers.tensors import read_container, state_dict
from glowvox.importers.waveglow_names import translate
from glowvox.importers.waveglow_settings import mel_config, read_settings, require_agreement, sizes
from glowvox.models.fit import require_fit
from glowvox.models.vocoder_file import write_vocoder
from glowvox.models.waveglow import WaveGlow
from glowvox.models.waveglow_config import WaveGlowConfig


@dataclass(frozen=True)
class ImportedWaveGlow:
    """What became of the tensors of a checkpoint."""

    file: Path
    config: WaveGlowConfig
    parameters: int
    used: int  # their tensors
    skipped: tuple[str, ...]  # their tensors that our model has no place for


def import_waveglow(
    checkpoint: Path, output: Path, *, config: Path | None = None, alternating: bool = False
) -> ImportedWaveGlow:
    """Turn a checkpoint of any layout into a file of ours; sizes are read from the tensors themselves.

    config       the JSON settings it was trained with: checked against the tensors, and read for its mel spectrogram;
                 without, that of Tacotron 2
    alternating  it is one of the first models, in whose odd flows the halves change roles, which no tensor shows
    raises       CheckpointError for tensors that are no WaveGlow's, naming the first that does not fit; ConfigError for
                 settings that are wrong or another model's; UsageError if the output is there; nothing is written then
    """
    if output.exists():
        raise UsageError(f"{output}: exists already", hint="give another file with -o")
    table = None if config is None else read_settings(config)
    theirs = state_dict(read_container(checkpoint), checkpoint)
    ours, skipped = translate(theirs)
    found, bands = sizes(ours, alternating=alternating, where=str(checkpoint))
    if table is not None:
        require_agreement(table["waveglow_config"], found, bands, where=str(config))
    data = {} if table is None else table.get("data_config", {})
    model = WaveGlow(found, mel_config(data, bands=bands, where=str(config or checkpoint)))
    require_fit(model, ours, checkpoint)
    model.load_state_dict(ours)
    write_vocoder(output, model)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    return ImportedWaveGlow(output, found, parameters, len(theirs) - len(skipped), tuple(skipped))
