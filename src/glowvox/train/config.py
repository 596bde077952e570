"""The settings of a training run."""

from __future__ import annotations

from typing import Literal

from glowvox.config import Settings
from glowvox.data.balance import BalanceConfig
from glowvox.models.glow_tts_config import PRESETS, GlowTTSConfig


class BatchConfig(Settings, frozen=True, kw_only=True):
    """How clips become batches."""

    frames: int = 8_000  # padded mel frames a batch and process
    shapes: int = 6  # number of fixed shapes: groups of like length, shuffled within
    group: int = 0  # batches a group instead, which makes as many shapes as the data need; 0 goes by `shapes`
    longest_first: bool = False  # begin with the longest clip: memory that does not suffice shows at once
    drop_last: bool = False  # leave out what does not fill a batch, rather than filling it up
    balance: BalanceConfig = BalanceConfig()
    noise: float = 0.0  # on recordings, as a share of full scale; 1/32768 is published; needs data prepared with sound

    def __post_init__(self) -> None:
        """Refuse empty batches, and noise that drowns speech."""
        if self.frames < 1 or self.shapes < 1:
            raise ValueError("batch: frames and shapes must be at least 1")
        if self.group < 0:
            raise ValueError(f"batch: group = {self.group} must be 0, which goes by shapes, or a number of batches")
        if not 0 <= self.noise <= 0.1:
            raise ValueError(f"batch: noise = {self.noise} must lie between 0 and 0.1 of full scale")


class OptimizerConfig(Settings, frozen=True, kw_only=True):
    """What moves the parameters, how far, and when."""

    name: Literal["adamw", "adam", "radam"] = "adamw"
    lr: float = 1e-3  # the highest the schedule reaches
    betas: tuple[float, float] = (0.9, 0.98)
    eps: float = 1e-9
    weight_decay: float = 1e-6
    schedule: Literal["cosine", "noam", "constant"] = "cosine"
    warmup: int = 1_000  # steps
    final: float = 0.01  # cosine ends at this share of lr
    clip: Literal["norm", "value", "none"] = "norm"
    clip_at: float = 5.0

    def __post_init__(self) -> None:
        """Refuse values that cannot train."""
        if not self.lr > 0:
            raise ValueError(f"optimizer: lr = {self.lr} must be above 0")
        if self.warmup < 1:
            raise ValueError(f"optimizer: warmup = {self.warmup} must be at least 1 step")


class EveryConfig(Settings, frozen=True, kw_only=True):
    """How often things happen, in steps."""

    log: int = 20
    validate: int = 1_000
    save: int = 1_000
    sample: int = 2_000  # after first_sample
    first_sample: int = 200  # so that pictures and audio are there within minutes

    def __post_init__(self) -> None:
        """Refuse cadences that never come round."""
        for name in self.__struct_fields__:
            if getattr(self, name) < 1:
                raise ValueError(f"every: {name} = {getattr(self, name)} must be at least 1 step")


class BestConfig(Settings, frozen=True, kw_only=True):
    """Which checkpoint is the best one."""

    after: int = 0  # steps before which none is
    keep_all: bool = False  # keep every one that was the best when it was saved

    def __post_init__(self) -> None:
        """Refuse steps before the first."""
        if self.after < 0:
            raise ValueError(f"best: after = {self.after} must be 0 or a number of steps")


class CudaConfig(Settings, frozen=True, kw_only=True):
    """What a GPU may do for speed; none of it concerns a CPU. The defaults are torch's own."""

    tf32: bool = False  # products of matrices with 10 bits of mantissa; convolutions always may
    cudnn: bool = True
    deterministic: bool = False  # only algorithms of cuDNN that give the same sums every time
    benchmark: bool = False  # try cuDNN's algorithms out and take the fastest


class FinetuneConfig(Settings, frozen=True, kw_only=True):
    """A model to begin with, and what trains. Names are those of parameters, with * and ?."""

    weights: str = ""  # a run folder, or a weights file; empty begins from nothing
    load: tuple[str, ...] = ("*",)  # what is taken over …
    leave_out: tuple[str, ...] = ()  # … but for these, which begin afresh
    train: tuple[str, ...] = ("*",)  # what trains …
    freeze: tuple[str, ...] = ()  # … but for these, which stay as they are, to the bit
    speakers: tuple[str, ...] = ()  # of the table of speakers, whose rows train; empty: all
    like: str = ""  # the speaker that new ones begin as; empty: the mean of all

    def __post_init__(self) -> None:
        """Refuse what takes or trains nothing."""
        if not self.load or not self.train:
            raise ValueError('finetune: load and train must name something; ["*"] is everything')
        if not self.weights and (self.load != ("*",) or self.leave_out or self.like):
            raise ValueError("finetune: load, leave_out and like speak of a model to begin with; weights names none")


class RunConfig(Settings, frozen=True, kw_only=True):
    """What a run of any model is told."""

    prepared: str = ""  # folder written by `glowvox data prepare`
    optimizer: OptimizerConfig = OptimizerConfig()
    every: EveryConfig = EveryConfig()
    steps: int = 30_000
    seed: int = 0
    ema: float = 0.999  # decay of the averaged weights; 0 keeps none
    keep: int = 2  # last checkpoints kept beside the best
    best: BestConfig = BestConfig()

    def __post_init__(self) -> None:
        """Refuse values that cannot train."""
        if self.steps < 1:
            raise ValueError(f"steps = {self.steps} must be at least 1")
        if not 0 <= self.ema < 1:
            raise ValueError(f"ema = {self.ema} must lie in [0, 1)")
        if self.keep < 1:
            raise ValueError(f"keep = {self.keep} must be at least 1")


Score = Literal["val_nll", "val_duration"]


class TrainConfig(RunConfig, frozen=True, kw_only=True):
    """One run, whole; stored resolved in its folder."""

    model: GlowTTSConfig = PRESETS["small"]
    finetune: FinetuneConfig = FinetuneConfig()
    speaker_vectors: tuple[str, ...] = ()  # files of vectors by a speaker encoder, where model.speakers is "given"
    batch: BatchConfig = BatchConfig()
    guide: int = 0  # steps over which the search is held near an even reading of the text, ever more loosely
    precision: Literal["bf16", "fp32"] = "bf16"
    compile: bool = False  # torch.compile of the coupling networks; needs a C++ compiler on a CPU
    init_batches: int = 8  # batches behind the initialisation of activation normalisation
    judged_by: tuple[Score, ...] = ("val_nll", "val_duration")  # held-out scores whose sum makes the best checkpoint
    accumulate: int = 1  # pieces that a batch is worked through in, for less memory; the gradient is the whole batch's
    cuda: CudaConfig = CudaConfig()
    weight_histograms: bool = False  # of every parameter, at each sampling, for TensorBoard
    # texts spoken by the speakers with most clips; a text with a name by that speaker
    test_sentences: tuple[str | tuple[str, str], ...] = (
        "The quick brown fox jumps over the lazy dog.",
        "Are you sure that this is the right way home?",
    )
    overfit: int = 0  # train on this many clips only, as a diagnostic

    def __post_init__(self) -> None:
        """Refuse values that cannot train."""
        super().__post_init__()
        if self.init_batches < 1:
            raise ValueError(f"init_batches = {self.init_batches} must be at least 1")
        if self.speaker_vectors and self.model.speakers != "given":
            raise ValueError(
                f'speaker_vectors: model.speakers = "{self.model.speakers}", whose table trains; expected "given"'
            )
        if self.accumulate < 1:
            raise ValueError(f"accumulate = {self.accumulate} must be at least 1 piece a batch")
        if not self.judged_by or len(set(self.judged_by)) < len(self.judged_by):
            raise ValueError(f"judged_by = {list(self.judged_by)}: expected val_nll, val_duration or both, each once")
