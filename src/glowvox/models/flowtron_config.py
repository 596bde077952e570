"""The settings of a Flowtron model; the defaults are those of the published checkpoints."""

from __future__ import annotations

from glowvox.config import Settings


class MixtureConfig(Settings, frozen=True, kw_only=True):
    """A mixture of Gaussians as the prior of the latent, in place of one standard Gaussian."""

    components: int = 0  # 0 is the standard Gaussian
    learned: bool = False  # means and variances told from the recording; else fixed, one mel band each
    mean_scale: float = 0.0  # how far from zero fixed means lie
    width: int = 512  # of the network that reads the recording
    dropout: float = 0.5

    def __post_init__(self) -> None:
        """Refuse what is no mixture."""
        if self.components < 0 or self.components == 1:
            raise ValueError(f"mixture: components = {self.components} must be 0, the standard Gaussian, or at least 2")
        if self.width % 2:
            raise ValueError(f"mixture: width = {self.width} must be even; {self.width + 1} is")


class FlowtronConfig(Settings, frozen=True, kw_only=True):
    """A whole Flowtron. Vocabulary, mel bands and number of speakers come with the data and are no keys here."""

    flows: int = 2  # steps; every second one goes backwards in time
    hidden: int = 1024  # width of the LSTMs of a step
    layers: int = 2  # of a step's decoder LSTM
    attention: int = 640  # width of the attention
    text: int = 512  # width of the text encoder
    speaker_width: int = 128
    gate: bool = True  # whether the last step says when an utterance is over
    cumulative_attention: bool = False
    shared_speaker: bool = False  # all speakers share the first row of the table
    dropout: float = 0.5  # of the text encoder
    mixture: MixtureConfig = MixtureConfig()

    def __post_init__(self) -> None:
        """Refuse sizes that cannot be."""
        for name in ("flows", "hidden", "layers", "attention", "text", "speaker_width"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} = {getattr(self, name)} must be at least 1")
        if self.text % 2:
            raise ValueError(f"text = {self.text} must be even; {self.text + 1} is")


FLOWTRON_PRESETS = {
    "tiny": FlowtronConfig(hidden=48, layers=1, attention=32, text=32, speaker_width=8),
    "small": FlowtronConfig(hidden=256, layers=1, attention=128, text=128, speaker_width=32),
    "base": FlowtronConfig(),
}
