"""Coqui's Glow-TTS as its page documents it: every method calls ours, and gives (B, T, C) under its names."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from glowvox.compat.coqui.batches import coqui_batch
from glowvox.compat.coqui.checkpoint import read_weights
from glowvox.compat.coqui.config import GlowTTSConfig
from glowvox.compat.coqui.criterion import GlowTTSLoss
from glowvox.compat.coqui.network import WHERE, make_network, speakers_of, take_over
from glowvox.compat.coqui.outputs import Outputs, alignment, lengths_or_all, named
from glowvox.compat.coqui.showing import Figures, Logger, Sounds, draw, text_and_speaker
from glowvox.compat.coqui.sound import AudioProcessor
from glowvox.compat.coqui.speakers import Sample, SpeakerManager
from glowvox.compat.coqui.tokenizer import TTSTokenizer
from glowvox.data.batch import Batch
from glowvox.errors import ConfigError, UsageError
from glowvox.nn.masks import length_mask
from glowvox.train.initialise import initialise_actnorm

log = logging.getLogger(__name__)

Aux = Mapping[str, Tensor | None]  # `d_vectors` (B, G) or `speaker_ids` (B,), and for inference `x_lengths` (B,)


class Trainer(Protocol):
    """What `on_train_step_start` asks of a trainer."""

    total_steps_done: int


class GlowTTS(nn.Module):
    """Glow-TTS behind Coqui's interface; `model` is ours.

    config           shapes the model
    ap               for test sentences
    tokenizer        for test sentences; its symbols are counted, else `config.num_chars`
    speaker_manager  the speakers' names, else there are `config.num_speakers`
    raises           ConfigError for fields that contradict each other
    """

    def __init__(
        self,
        config: GlowTTSConfig,
        ap: AudioProcessor | None = None,
        tokenizer: TTSTokenizer | None = None,
        speaker_manager: SpeakerManager | None = None,
    ) -> None:
        super().__init__()
        self.config, self.ap, self.tokenizer, self.speaker_manager = config, ap, tokenizer, speaker_manager
        self.inference_noise_scale = float(config.inference_noise_scale)
        self.length_scale = float(config.length_scale)
        self.data_dep_init_steps = int(config.data_dep_init_steps)
        self.run_data_dep_init = self.data_dep_init_steps > 0
        self.initialised: Tensor
        self.register_buffer("initialised", torch.zeros((), dtype=torch.bool))  # travels with the weights
        self._unlocked = False
        self._initial: list[tuple[Tensor, Tensor, Tensor | None]] = []  # batches behind the normalisation
        self.init_multispeaker(config)

    @staticmethod
    def init_from_config(
        config: GlowTTSConfig,
        samples: Sequence[Sample] | None = None,
        verbose: bool = True,  # noqa: FBT001, FBT002 - the documented signature
    ) -> GlowTTS:
        """A model with its audio processor, tokenizer and speakers, all from the settings.

        samples  of the training set, for the names of speakers
        verbose  tells in the log what was made
        raises   ConfigError for settings that cannot be used
        """
        tokenizer, config = TTSTokenizer.init_from_config(config)
        speakers = SpeakerManager.init_from_config(config, samples)
        model = GlowTTS(config, AudioProcessor.init_from_config(config), tokenizer, speakers)
        if verbose:
            count = sum(parameter.numel() for parameter in model.parameters())
            log.info(
                "Glow-TTS of %d parameters, %d symbols, %d speakers", count, tokenizer.num_chars, model.num_speakers
            )
        return model

    def init_multispeaker(self, config: GlowTTSConfig) -> None:
        """Make the layers that speakers condition; called again, what does not depend on speakers keeps its weights.

        Sets `num_speakers`, and `c_in_channels`, the width of what tells speakers apart.
        """
        if self.ap is not None and self.ap.num_mels != config.out_channels:
            raise ConfigError(f"{WHERE}: out_channels = {config.out_channels} but audio.num_mels = {self.ap.num_mels}")
        symbols = config.num_chars if self.tokenizer is None else self.tokenizer.num_chars
        network = make_network(config, self.speaker_manager, symbols)
        old = getattr(self, "model", None)
        if old is not None:
            take_over(network, old)
        self.config, self.model = config, network
        self.num_speakers = speakers_of(config, self.speaker_manager)
        self.c_in_channels = 0 if network.speaker_table is None else network.speaker_table.embedding_dim

    @staticmethod
    def compute_outputs(
        attn: Tensor, o_mean: Tensor, o_log_scale: Tensor, x_mask: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Statistics of the tokens laid over the frames of an alignment.

        attn         (B, 1, T_en, T_de)
        o_mean       (B, C, T_en)
        o_log_scale  (B, C, T_en)
        x_mask       (B, 1, T_en)
        returns      (B, C, T_de), (B, C, T_de), and ln(1 + frames) of each token (B, 1, T_en)
        """
        path = attn[:, 0].to(o_mean.dtype)
        return o_mean @ path, o_log_scale @ path, torch.log1p(attn.sum(dim=3)) * x_mask

    def unlock_act_norm_layers(self) -> None:
        """Let the next forward pass set activation normalisation from its batch."""
        self._unlocked = True

    def lock_act_norm_layers(self) -> None:
        """Keep activation normalisation as it is."""
        self._unlocked = False

    def forward(
        self, x: Tensor, x_lengths: Tensor, y: Tensor, y_lengths: Tensor | None = None, aux_input: Aux | None = None
    ) -> Outputs:
        """Map recordings to the latent space and align them with their texts.

        x          (B, T_en)
        x_lengths  (B,)
        y          (B, T_de, C)
        y_lengths  (B,) or None
        aux_input  `d_vectors` (B, G) or `speaker_ids` (B,)
        returns    z, y_mean and y_log_scale (B, T_de, C); logdet (B,); alignments (B, T_en, T_de); durations_log and
                   total_durations_log (B, T_en, 1), as predicted and as found
        """
        speaker = self._speaker(aux_input, len(x))
        mel, frames = y.transpose(1, 2), lengths_or_all(y_lengths, y)
        if self._unlocked:
            self._initial.append((mel, frames, speaker))
            initialise_actnorm(self.model, self._initial)
            self.lock_act_norm_layers()
        return named(self.model(x, x_lengths, mel, frames, speaker))

    @torch.no_grad()
    def inference(self, x: Tensor, aux_input: Aux | None = None) -> dict[str, Tensor | None]:
        """Speak, with `inference_noise_scale` and `length_scale`; torch's seed decides on the noise.

        x          (B, T_en)
        aux_input  `x_lengths` (B,), all of x without; and speakers as in `forward`
        returns    model_outputs (B, T_de, C), and as `forward` of what was spoken; logdet is None
        """
        if not self.length_scale > 0:
            raise UsageError(f"length_scale = {self.length_scale} must be above 0; 2 is twice as slow")
        lengths = lengths_or_all((aux_input or {}).get("x_lengths"), x)
        speaker = self._speaker(aux_input, len(x))
        speech = self.model.generate(
            x,
            lengths,
            speaker=speaker,
            variation=self.inference_noise_scale,
            speed=1 / self.length_scale,
            noise=int(torch.randint(2**31, ())),
        )
        mask = length_mask(lengths, x.shape[1], dtype=speech.log_duration.dtype)
        encoded = self.model.encoder(x, mask, self.model.condition(speaker, len(x)))
        path = alignment(speech.durations, length_mask(speech.frames, speech.mel.shape[2], dtype=mask.dtype))
        mean, log_scale, found = self.compute_outputs(path[:, None], encoded.mean, encoded.log_scale, mask)
        return {
            "model_outputs": speech.mel.transpose(1, 2),
            "logdet": None,
            "y_mean": mean.transpose(1, 2),
            "y_log_scale": log_scale.transpose(1, 2),
            "alignments": path,
            "durations_log": speech.log_duration[:, :, None],
            "total_durations_log": found.transpose(1, 2),
        }

    @torch.no_grad()
    def inference_with_MAS(
        self,
        x: Tensor,
        x_lengths: Tensor,
        y: Tensor | None = None,
        y_lengths: Tensor | None = None,
        aux_input: Aux | None = None,
    ) -> Outputs:
        """The mean reading of texts with the durations of their recordings, decoded.

        As `forward`, which says the shapes; without z, and with model_outputs (B, T_de, C), the mel.
        """
        if y is None:
            raise UsageError("inference_with_MAS takes durations from a recording: y is missing")
        speaker = self._speaker(aux_input, len(x))
        out = self.model(x, x_lengths, y.transpose(1, 2), lengths_or_all(y_lengths, y), speaker)
        mel, log_det = self.model.decoder.inverse(out.mean, out.frame_mask, self.model.condition(speaker, len(x)))
        outputs = named(out) | {"model_outputs": mel.transpose(1, 2), "logdet": log_det}
        del outputs["z"]
        return outputs

    @torch.no_grad()
    def decoder_inference(self, y: Tensor, y_lengths: Tensor | None = None, aux_input: Aux | None = None) -> Outputs:
        """Recordings to the latent space and back.

        y          (B, T, C)
        y_lengths  (B,) or None
        returns    model_outputs (B, T, C), and logdet (B,) of the way back
        """
        mel, frames = self.model.whole(y.transpose(1, 2), lengths_or_all(y_lengths, y))
        mask = length_mask(frames, mel.shape[2], dtype=mel.dtype)
        cond = self.model.condition(self._speaker(aux_input, len(y)), len(y))
        latent, _ = self.model.decoder(mel * mask, mask, cond)
        again, log_det = self.model.decoder.inverse(latent, mask, cond)
        return {"model_outputs": again.transpose(1, 2), "logdet": log_det}

    def train_step(
        self, batch: Mapping[str, Any], criterion: GlowTTSLoss
    ) -> tuple[Outputs | None, dict[str, Tensor] | None]:
        """Outputs and losses of a batch as `format_batch` gives it.

        The first `data_dep_init_steps` batches of a model's life set activation normalisation, all of them together,
        and give None and None.
        """
        names = ("text_input", "text_lengths", "mel_input", "mel_lengths")
        text, text_lengths, mel, mel_lengths = (batch[name] for name in names)
        aux = {name: batch.get(name) for name in ("d_vectors", "speaker_ids")}
        if self.run_data_dep_init and self.training and not self.initialised:
            self.unlock_act_norm_layers()
            with torch.no_grad():
                self.forward(text, text_lengths, mel, mel_lengths, aux)
            self.run_data_dep_init = len(self._initial) < self.data_dep_init_steps
            return None, None
        if self.training:
            self.initialised.fill_(1)
            self._initial.clear()
        out = self.forward(text, text_lengths, mel, mel_lengths, aux)
        given = (out[name] for name in ("z", "y_mean", "y_log_scale", "logdet"))
        return out, criterion(*given, mel_lengths, out["durations_log"], out["total_durations_log"], text_lengths)

    @torch.no_grad()
    def eval_step(
        self, batch: Mapping[str, Any], criterion: GlowTTSLoss
    ) -> tuple[Outputs | None, dict[str, Tensor] | None]:
        """As `train_step`, without gradients."""
        return self.train_step(batch, criterion)

    def on_train_step_start(self, trainer: Trainer) -> None:
        """Decide whether this step sets activation normalisation: never in a model that has trained or was loaded."""
        early = trainer.total_steps_done < self.data_dep_init_steps
        self.run_data_dep_init = early and not bool(self.initialised)

    def format_batch(self, batch: Mapping[str, Any] | Batch) -> dict[str, Any]:
        """A batch for `train_step`: of our data, or as their data set collates it."""
        return coqui_batch(batch, several=self.model.speaker_table is not None)

    def get_criterion(self) -> GlowTTSLoss:
        """The losses for `train_step`."""
        return GlowTTSLoss(self.config.num_squeeze)

    def test_run(self, assets: Mapping[str, object] | None = None) -> tuple[Figures, Sounds]:
        """Figures and sounds of `config.test_sentences` by name; a sentence may be a list of text and speaker.

        assets  unused
        raises  UsageError without an audio processor and tokenizer, or for an unknown speaker
        """
        parts, was_training = self._parts(), self.training
        self.eval()
        try:
            return self._shown(*parts)
        finally:
            self.train(was_training)

    def test_log(
        self, outputs: tuple[Figures, Sounds], logger: Logger, assets: Mapping[str, object] | None, steps: int
    ) -> None:
        """Hand what `test_run` gave to a logger.

        assets  unused
        """
        figures, sounds = outputs
        logger.test_figures(steps, figures)
        logger.test_audios(steps, sounds, self._parts()[0].sample_rate)

    def store_inverse(self) -> None:
        """Get ready to speak. Our inverses are computed from their matrices, so that none is kept that training could
        make wrong: calling this twice or training on is harmless."""
        self.eval()

    def load_checkpoint(
        self,
        config: GlowTTSConfig,
        checkpoint_path: str | Path,
        eval: bool = False,  # noqa: FBT001, FBT002 - the signature scripts know
    ) -> None:
        """Load a checkpoint of Coqui's, or a saved `state_dict` of this class; its activation normalisation stays.

        config  of the checkpoint; the model is the one that was made
        eval    gets it ready to speak
        raises  CheckpointError for a file that is none, or tensors that do not fit
        """
        self.model.load_state_dict(read_weights(Path(checkpoint_path), self.model, config))
        self.initialised.fill_(1)
        if eval:
            self.store_inverse()

    @torch.no_grad()
    def _shown(self, ap: AudioProcessor, tokenizer: TTSTokenizer) -> tuple[Figures, Sounds]:
        figures: Figures = {}
        sounds: Sounds = {}
        for number, sentence in enumerate(self.config.test_sentences):
            text, name = text_and_speaker(sentence)
            ids = tokenizer.text_to_ids(text)
            tokens, aux = torch.tensor([ids], device=self.initialised.device), self._spoken_by(name)
            spoken = {key: value for key, value in self.inference(tokens, aux).items() if value is not None}
            sounds[f"{number}-audio"] = ap.inv_melspectrogram(spoken["model_outputs"][0].T.float().cpu().numpy())
            cond = self.model.condition(self._speaker(aux, 1), 1)
            encoded = self.model.encoder(tokens, torch.ones_like(tokens)[:, None], cond)
            symbols = tokenizer.front_end.symbols.decode(ids)
            for part, figure in draw(spoken, encoded, symbols, ap.mel, title=text).items():
                figures[f"{number}-{part}"] = figure
        return figures, sounds

    def _parts(self) -> tuple[AudioProcessor, TTSTokenizer]:
        if self.ap is None or self.tokenizer is None:
            raise UsageError(
                "this model has no audio processor or no tokenizer", hint="GlowTTS.init_from_config makes both"
            )
        return self.ap, self.tokenizer

    def _spoken_by(self, name: str | None) -> Aux:
        """The speaker of that name, or the first."""
        if self.model.speaker_table is None:
            return {}
        if name is not None and self.speaker_manager is None:
            raise UsageError(f"no speaker is called '{name}': this model's speakers have no names")
        number = 0 if name is None or self.speaker_manager is None else self.speaker_manager.number(name)
        return {"speaker_ids": torch.tensor([number], device=self.initialised.device)}

    def _speaker(self, aux: Aux | None, batch: int) -> Tensor | None:
        """Numbers or vectors of the speakers; `condition` of our model judges the rest."""
        vectors, numbers = (aux or {}).get("d_vectors"), (aux or {}).get("speaker_ids")
        external = self.config.use_d_vector_file
        if vectors is not None and numbers is not None:
            raise UsageError("d_vectors and speaker_ids are both given: one of them tells the speaker")
        if vectors is not None and not external:
            raise UsageError("d_vectors are given to a model without them: use_d_vector_file is false")
        if numbers is not None and self.model.speaker_table is None:
            raise UsageError("speaker_ids are given to a model of one speaker: use_speaker_embedding is false")
        if external and vectors is None and (self.speaker_manager is None or self.speaker_manager.vectors is None):
            raise UsageError("this model is told its speakers by vectors: d_vectors are missing")
        if numbers is not None and numbers.dim() == 0:
            numbers = numbers.expand(batch)
        return numbers if vectors is None else vectors
