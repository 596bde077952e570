"""The settings of a Flowtron's training run: the published phases as one configuration."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from glowvox.config import Settings
from glowvox.models.flowtron_config import FLOWTRON_PRESETS, FlowtronConfig
from glowvox.train.config import BatchConfig, EveryConfig, OptimizerConfig, RunConfig


class PhaseConfig(Settings, frozen=True, kw_only=True):
    """What trains from a step on, until the next phase begins."""

    first: int = 1  # step
    layers: tuple[str, ...] = ("*",)  # names of parameters, with * and ?; all others stay as they are, to the bit

    def __post_init__(self) -> None:
        """Refuse phases in which nothing can happen."""
        if self.first < 1:
            raise ValueError(f"phases: first = {self.first} must be a step, 1 or later")
        if not self.layers:
            raise ValueError(f'phases: the phase from step {self.first} on trains no layers; ["*"] trains all')


class AttentionConfig(Settings, frozen=True, kw_only=True):
    """How attention is helped to find its way through the text."""

    prior: bool = True  # begin with the attention prior
    prior_off: int | None = None  # first step without it; none leaves that to the sharpness
    prior_off_sharpness: float | None = 0.6  # held-out attention that is this sharp without the prior …
    prior_off_stray: float = 0.06  # … and this near the diagonal (mean |n/N − t/T|) needs it no more
    prior_scale: float = 1.0  # above 1 it keeps closer to the diagonal
    prior_threshold: float = 0.0  # smaller probabilities become zero
    guide: int = 0  # steps over which attention is told where to look; 0 leaves it to find out
    # a Glow-TTS that tells, by its alignment search: run folder or weights file; empty: an even reading
    guide_by: str = ""
    # share of the guided steps in which the text is read along the guide itself: what is said is learnt at a third of
    # the cost, and attention learns in the other steps
    led: float = 0.0
    weight: float = 0.1  # of the alignment loss; 0 does without
    start: int = 1  # first step with it
    # score of "no token" in it. Under the prior, -8 as published makes silence cheap: attention that rests on one token
    # out of place leaves all others below it, and no text is ever read (docs/flowtron.md)
    blank: float = -100.0

    def __post_init__(self) -> None:
        """Refuse values that cannot be."""
        if self.weight < 0:
            raise ValueError(f"attention: weight = {self.weight} must be 0 or more; 0.1 is usual, 0.01 published")
        if self.guide < 0:
            raise ValueError(f"attention: guide = {self.guide} must be 0 or a number of steps")
        if self.guide_by and not self.guide:
            raise ValueError(f"attention: guide_by = {self.guide_by} tells nothing over guide = 0 steps; 1000 is usual")
        if not 0 <= self.led < 1:
            raise ValueError(f"attention: led = {self.led} must lie in [0, 1), so that attention learns, too")
        if self.led and not self.guide:
            raise ValueError(f"attention: led = {self.led} needs guide, a number of steps: there is nobody to lead")
        if self.start < 1:
            raise ValueError(f"attention: start = {self.start} must be a step, 1 or later")
        if self.prior_off is not None and self.prior_off < 1:
            raise ValueError(f"attention: prior_off = {self.prior_off} must be a step, 1 or later, or none")
        if self.prior_off_sharpness is not None and not 0 < self.prior_off_sharpness <= 1:
            raise ValueError(
                f"attention: prior_off_sharpness = {self.prior_off_sharpness} must lie in (0, 1], or be none"
            )
        if not self.prior_scale > 0:
            raise ValueError(f"attention: prior_scale = {self.prior_scale} must be above 0; 1 is published")


class RehearsalConfig(Settings, frozen=True, kw_only=True):
    """How often, while attention is guided, the frames before are of the model's own saying.

    The frame before tells nearly all of the next one, in a recording. A model that saw nothing else hardly reads, and
    goes astray as soon as it hears itself.
    """

    passes: int = 0  # a step makes none to so many, each over what the last one said
    sigma: float = 0.7  # standard deviation of their noise

    def __post_init__(self) -> None:
        """Refuse values that cannot be."""
        if self.passes < 0:
            raise ValueError(f"rehearsal: passes = {self.passes} must be 0, which keeps to the recording, or more")
        if self.sigma < 0:
            raise ValueError(f"rehearsal: sigma = {self.sigma} must be 0 or more; 0.7 is usual")


class WarmStartConfig(Settings, frozen=True, kw_only=True):
    """Weights to begin with."""

    weights: str = ""  # a run folder, or a file of `glowvox import flowtron`; empty begins from nothing
    leave_out: tuple[str, ...] = ()  # names of parameters, with * and ?, that begin afresh all the same


class FlowtronTrainConfig(RunConfig, frozen=True, kw_only=True):
    """One run, whole; stored resolved in its folder."""

    kind: Literal["flowtron"] = "flowtron"  # tells the file apart from one of another model
    model: FlowtronConfig = FLOWTRON_PRESETS["small"]
    warm_start: WarmStartConfig = WarmStartConfig()
    attention: AttentionConfig = AttentionConfig()
    rehearsal: RehearsalConfig = RehearsalConfig()
    phases: tuple[PhaseConfig, ...] = (PhaseConfig(),)
    sigma: float = 1.0  # standard deviation of the latent's prior
    batch: BatchConfig = BatchConfig(frames=4_000, shapes=6)
    optimizer: OptimizerConfig = OptimizerConfig(
        name="radam", lr=1e-3, betas=(0.9, 0.999), eps=1e-8, warmup=1, schedule="constant", clip_at=1.0
    )
    precision: Literal["bf16", "fp32"] = "fp32"  # bf16: networks; sums, scores and losses stay fp32
    init_batches: int = 8  # batches behind the standardisation of mels in the first step of flow
    test_sentences: tuple[str, ...] = (
        "The quick brown fox jumps over the lazy dog.",
        "Are you sure that this is the right way home?",
    )

    def __post_init__(self) -> None:
        """Refuse values that cannot train."""
        super().__post_init__()
        if self.init_batches < 1:
            raise ValueError(f"init_batches = {self.init_batches} must be at least 1")
        if not self.sigma > 0:
            raise ValueError(f"sigma = {self.sigma} must be above 0; 1 is published")
        if self.rehearsal.passes and not self.attention.guide:
            raise ValueError(f"rehearsal: passes = {self.rehearsal.passes} need attention.guide, a number of steps")
        firsts = [phase.first for phase in self.phases]
        if not firsts or firsts[0] != 1 or sorted(set(firsts)) != firsts:
            raise ValueError(f"phases: they begin at steps {firsts}; the first must be 1, and each later than the last")


def _one_step(*, hidden: int, attention: int, text: int) -> FlowtronConfig:
    """A single step of flow, small enough for a core, whose attention knows where it has been."""
    return FlowtronConfig(
        flows=1,
        hidden=hidden,
        layers=1,
        attention=attention,
        text=text,
        speaker_width=16,
        cumulative_attention=True,
        dropout=0.1,
    )


PRESETS: Mapping[str, FlowtronTrainConfig] = MappingProxyType(
    {
        "flowtron-tiny": FlowtronTrainConfig(
            model=_one_step(hidden=96, attention=32, text=48),
            # without the prior from where attention is shown what it makes of its past: the prior would blur that;
            # with the guide to the end: within 200 steps without it, attention goes astray
            attention=AttentionConfig(guide=1_000, prior_off=151),
            batch=BatchConfig(frames=1_500, shapes=4),
            # not RAdam, whose first steps are small: the guided ones are to count
            optimizer=OptimizerConfig(name="adam", lr=2e-3, warmup=20, schedule="constant", clip_at=1.0),
            every=EveryConfig(log=10, validate=100, save=100, sample=500, first_sample=500),
            steps=1_000,
            ema=0.99,
        ),
        "flowtron-small": FlowtronTrainConfig(
            model=_one_step(hidden=256, attention=48, text=64),
            # what is said takes more steps to learn than where it is read: six of seven are led
            attention=AttentionConfig(guide=20_000, led=0.85, prior_off=151),
            rehearsal=RehearsalConfig(passes=4),
            batch=BatchConfig(frames=3_000, shapes=4),
            optimizer=OptimizerConfig(name="adam", lr=1.5e-3, warmup=50, schedule="cosine", clip_at=1.0),
            every=EveryConfig(log=20, validate=500, save=500, sample=2_000, first_sample=2_000),
            steps=20_000,
            ema=0.995,
        ),
        "flowtron": FlowtronTrainConfig(
            model=FlowtronConfig(),
            batch=BatchConfig(frames=5_000, shapes=6),
            steps=300_000,
            precision="bf16",
        ),
    }
)
