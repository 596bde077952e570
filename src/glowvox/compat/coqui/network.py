"""Our model of Coqui's settings."""

from __future__ import annotations

from msgspec import structs

from glowvox.compat.coqui.config import GlowTTSConfig
from glowvox.compat.coqui.speakers import SpeakerManager
from glowvox.errors import ConfigError
from glowvox.importers.coqui_settings import model_config
from glowvox.models.glow_tts import GlowTTS
from glowvox.models.speaker_vectors import SpeakerVectors

WHERE = "GlowTTSConfig"


def make_network(config: GlowTTSConfig, known: SpeakerManager | None, vocabulary: int | None) -> GlowTTS:
    """A model with random weights, for the speakers that are known or else as many as the settings say.

    vocabulary  number of symbols
    raises      ConfigError for settings that contradict each other, or leave a number open
    """
    settings = model_config(config, where=WHERE)
    if not vocabulary:
        raise ConfigError(f"{WHERE}: num_chars = {vocabulary!r}: expected the number of symbols, or a tokenizer")
    speakers = speakers_of(config, known)
    if not (config.use_d_vector_file or config.use_speaker_embedding):
        speakers = 1
    elif config.use_d_vector_file:
        speakers = max(1, speakers)
    elif speakers < 1:
        raise ConfigError(
            f"{WHERE}: use_speaker_embedding is true, but there are no speakers",
            hint="say num_speakers, give a speakers_file, or samples that name their speakers",
        )
    elif speakers == 1:  # a table of one row is a vector that is always the same
        settings = structs.replace(settings, speakers="given")
    network = GlowTTS(settings, vocabulary=vocabulary, bands=config.out_channels, speakers=speakers)
    if known is not None and known.vectors is not None and isinstance(network.speaker_table, SpeakerVectors):
        network.speaker_table.weight.copy_(known.vectors)
    return network


def speakers_of(config: GlowTTSConfig, known: SpeakerManager | None) -> int:
    """Number of speakers, as documented: 0 where nothing says it."""
    return int(config.num_speakers) if known is None else known.num_speakers


def take_over(network: GlowTTS, old: GlowTTS) -> None:
    """Keep the weights of an older model wherever they have a place, so all that does not depend on speakers."""
    new = network.state_dict()
    kept = {name: value for name, value in old.state_dict().items() if name in new and new[name].shape == value.shape}
    network.load_state_dict(kept, strict=False)
