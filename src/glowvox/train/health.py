"""Verdicts in words on a run, from its metrics alone.

Every threshold was set on real runs; `tests/data/metrics` keeps one short run for each kind of trouble.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from glowvox.train.metrics import Metrics, Series, slope, spread
from glowvox.train.words import counted

Status = Literal["good", "wait", "bad"]

# A search that finds nothing spreads tokens at random, near 0.07 in sentences of ten words; a straight line is 0 and
# speech, whose phones are long and short, settles between 0.025 and 0.045. A collapsed one crowds a corner.
ALIGNED, COLLAPSED = 0.05, 0.2
PREDICTABLE = 0.9  # share of its peak under which the duration loss shows that durations follow the text
EARLY, SETTLED = 400, 2_000  # steps within which no loss, and no alignment, is said to have failed
SMALL_GAIN = 0.005  # of the held-out loss, by half as many steps again, which nobody hears
RISE, GAP = 0.02, 0.05  # nats: held-out loss above its best, and its distance from training above the smallest
SOME_SKIPPED, MANY_SKIPPED = 0.001, 0.02  # shares of all steps
BY_HEART, EXACT = 1.5, 0.05  # nats that a few clips fall, and the error of log durations, once they are known
SURE, ALONG, SLOW = (
    0.6,
    0.06,
    10_000,
)  # sharpness and distance from the diagonal of attention that reads; steps until then
ENDS = 0.1  # share of its frames by which an utterance may end wrongly
HEARD = 0.1  # share of frames with a wrong pitch under which a vocoder sounds like the speaker
EXPLODED, SPIKE = 10.0, 5.0  # gradient norms, as multiples of the calm ones


@dataclass(frozen=True)
class Verdict:
    """What one look at the metrics says: in a sentence with its numbers, and what to do about it."""

    name: str
    status: Status
    sentence: str
    advice: str = ""


def judge(records: Iterable[Mapping[str, Any]], *, diagnostic: bool = False) -> list[Verdict]:
    """All verdicts on the records of a `metrics.jsonl`.

    diagnostic  true for a run that overfits a few clips on purpose: it validates on what it trains on
    """
    metrics = Metrics(records)
    if not metrics.training:
        return [
            Verdict("learning", "wait", "No step has been written down yet.", "Wait for the first lines of metrics.")
        ]
    steadiness = [skipped(metrics), learning_rate(metrics)]
    if diagnostic:
        return [by_heart(metrics), *steadiness]
    if metrics.vocoder:
        return [learning(metrics), pitch(metrics), gaining(metrics), overfitting(metrics), *steadiness]
    if metrics.waveglow:
        return [learning(metrics), gaining(metrics), overfitting(metrics), *steadiness]
    if metrics.flowtron:
        return [
            learning(metrics),
            attention(metrics),
            ending(metrics),
            gaining(metrics),
            overfitting(metrics),
            *steadiness,
        ]
    return [learning(metrics), alignment(metrics), gaining(metrics), overfitting(metrics), *steadiness]


def learning(metrics: Metrics) -> Verdict:
    """Whether the loss falls, in training and, once there are two validations, on held-out clips."""
    name = "learning"
    held, own = metrics.held, metrics.loss
    if len(own) < 6:
        if metrics.step > EARLY:
            return Verdict(name, "bad", "Hardly any step had a finite loss.", _LOWER_RATE)
        return Verdict(name, "wait", f"{metrics.step:,} steps are too few to tell.")
    ends = _ends(own)
    if not _fell(ends):
        story = f"The training loss does not fall: {_story(ends)}."
        if metrics.step <= EARLY and ends.values[1] < ends.values[0] + 1.0:
            return Verdict(name, "wait", f"{story} It is early.")
        data = "If that does not help, look at the data with `glowvox data check`."
        return Verdict(name, "bad", story, f"{_LOWER_RATE} {data}")
    if len(held) < 2:
        return Verdict(name, "good", f"The training loss fell {_story(ends)}.")
    if not _fell(held):
        story = f"The training loss fell {_story(ends)}, but the held-out loss went {_story(held)}."
        return Verdict(name, "wait", story, "Read on under overfitting.")
    return Verdict(name, "good", f"The held-out loss fell {_story(held)}.")


def alignment(metrics: Metrics) -> Verdict:
    """Whether the search has found which sounds belong to which symbols.

    Two signs together: paths near the diagonal, and durations that can be predicted from the text.
    """
    name = "alignment"
    stray, error = metrics.series("off_diagonal"), metrics.series("duration").smoothed(5)
    if len(stray) < 6 or len(error) < 6:
        return Verdict(name, "wait", f"{metrics.step:,} steps are too few to tell.")
    now = stray.last(0.15).median()
    peak, loss = max(error.values[2:]), error.last(0.15).median()
    numbers = f"paths stray {now:.3f} from the diagonal, and the duration loss is {loss:.2f} after a peak of {peak:.2f}"
    # at first paths may crowd a corner and come out again, while the likelihood falls
    if now > COLLAPSED and (metrics.step > EARLY or not _fell(_ends(metrics.loss))):
        return Verdict(
            name, "bad", f"The alignment has collapsed: {numbers}.", f"{_LOWER_RATE} Then begin the run anew."
        )
    if now < ALIGNED and loss < PREDICTABLE * peak:
        return Verdict(name, "good", f"Sounds and symbols are aligned: {numbers}.")
    if metrics.step > SETTLED and now - _expected_gain(stray, metrics.step) > ALIGNED:
        return Verdict(
            name,
            "bad",
            f"No alignment has been found, and none is coming nearer: {numbers}.",
            "Check that the texts belong to the recordings (`glowvox data check`), and listen to some of them.",
        )
    return Verdict(
        name, "wait", f"The alignment is not settled yet: {numbers}.", f"It usually settles within {SETTLED:,} steps."
    )


def attention(metrics: Metrics) -> Verdict:
    """Whether a Flowtron reads held-out texts in order, without the prior.

    Sharpness alone says nothing: attention that stays on one token for ever is as sharp as can be.
    """
    name = "attention"
    sharp, stray = metrics.series("val_sharpness"), metrics.series("val_stray")
    if not len(sharp) or not len(stray):
        return Verdict(name, "wait", "Not validated yet.")
    numbers = (
        f"the likeliest token weighs {sharp.values[-1]:.2f}, {stray.values[-1]:.3f} from the diagonal, without prior"
    )
    if sharp.values[-1] >= SURE and stray.values[-1] <= ALONG:
        return Verdict(name, "good", f"Attention reads the text in order: {numbers}.")
    stuck = sharp.values[-1] >= SURE
    story = f"Attention stays on a few tokens: {numbers}." if stuck else f"Attention is not found yet: {numbers}."
    advice = "A larger attention.weight or a lower learning rate may help it along; the prior has to stay on till then."
    return Verdict(name, "bad" if metrics.step > SLOW else "wait", story, advice)


def ending(metrics: Metrics) -> Verdict:
    """Whether the gate of a Flowtron would end held-out utterances where they end."""
    length = metrics.series("val_length")
    if not len(length):
        return Verdict("ending", "wait", "Not validated yet, or there is no gate.")
    sentence = f"The gate ends held-out utterances {100 * length.values[-1]:.1f} % from their end."
    if length.values[-1] < ENDS:
        return Verdict("ending", "good", sentence)
    advice = "If it stays so, train the gate alone: docs/flowtron.md."
    return Verdict("ending", "wait", sentence, advice)


def gaining(metrics: Metrics) -> Verdict:
    """Whether going on is worth it, by held-out loss: since when there was no gain, and what to expect."""
    name = "gain"
    total = _total(metrics)
    if len(total) < 3 or metrics.step <= EARLY:
        return Verdict(name, "wait", _too_few(metrics, len(total)))
    best = min(total.values)
    at = total.steps[total.values.index(best)]
    since = total.steps[-1] - at
    later = sum(step > at for step in total.steps)
    ahead = total.steps[-1] // 2
    expected = _expected_gain(total, ahead)
    record = f"The best held-out loss, {best:.3f}, was at step {at:,}"
    if later >= 4 and since >= 0.2 * total.steps[-1]:
        advice = (
            "Stop here: the best checkpoint is kept. More or more varied recordings would help more than more steps."
        )
        return Verdict(name, "bad", f"{record}; {since:,} steps since then brought no gain.", advice)
    if expected < SMALL_GAIN:
        advice = "Going on as it is brings next to nothing. Stop, or end the run with a falling learning rate."
        return Verdict(
            name,
            "bad" if len(total) >= 5 else "wait",
            f"{record}; {ahead:,} steps more promise {max(0.0, expected):.3f}.",
            advice,
        )
    if later >= 2:
        return Verdict(name, "wait", f"{record}, {since:,} steps ago; a few validations more will tell.")
    return Verdict(name, "good", f"{record}; {ahead:,} steps more promise about {expected:.2g} less.")


def overfitting(metrics: Metrics) -> Verdict:
    """Whether what is gained in training is lost on held-out clips."""
    name = "overfitting"
    held = metrics.held
    if len(held) < 3 or metrics.step <= EARLY:
        return Verdict(name, "wait", _too_few(metrics, len(held)))
    own = metrics.loss
    # at first the training windows before a validation lie far above it: the steep part says nothing of the gap
    late = [(step, value) for step, value in zip(held.steps, held.values, strict=True) if 3 * step >= held.steps[-1]]
    gaps = [value - _near(own, step) for step, value in late]
    growth = min(gaps[-2:]) - min(gaps)
    rise = min(held.values[-2:]) - min(held.values)
    at = held.steps[held.values.index(min(held.values))]
    numbers = f"held out minus training {gaps[-1]:+.3f}, {growth:.3f} above its smallest"
    if rise > RISE and growth > GAP and _near(own, held.steps[-1]) < _near(own, at):
        return Verdict(
            name,
            "bad",
            f"The held-out loss has risen by {rise:.3f} since step {at:,} while training goes on falling ({numbers}).",
            "Stop here: the best checkpoint is kept. More recordings, a smaller preset or more dropout go further.",
        )
    if held.values[-1] > held.values[0]:
        return Verdict(name, "wait", "Nothing has been learned that could be overfitted.")
    if (predictor := _durations_overfit(metrics, numbers)) is not None:
        return predictor
    if growth > GAP:
        return Verdict(
            name, "wait", f"Training gains more than held-out clips do ({numbers}).", "Watch the held-out curve."
        )
    return Verdict(name, "good", f"Held-out clips gain as training does ({numbers}).")


def _durations_overfit(metrics: Metrics, numbers: str) -> Verdict | None:
    """Whether a voice's duration predictor overfits on its own."""
    durations = metrics.series("val_duration")
    if not len(durations):
        return None
    worse = durations.values[-1] / max(1e-9, min(durations.values))
    if worse <= 1.15 or durations.values[-1] <= _near(metrics.series("duration"), durations.steps[-1]):
        return None
    return Verdict(
        "overfitting",
        "wait",
        f"The duration predictor overfits: its held-out loss is {worse:.2f} times its best ({numbers}).",
        "More dropout there helps: --set model.duration.dropout=0.3",
    )


def pitch(metrics: Metrics) -> Verdict:
    """Whether a vocoder hears the pitch of held-out recordings in their mels."""
    wrong, voicing = metrics.series("val_pitch_wrong"), metrics.series("val_voicing_wrong")
    if not len(wrong) or not len(voicing):
        return Verdict("pitch", "wait", "Not validated yet.")
    numbers = (
        f"{100 * wrong.values[-1]:.1f} % of voiced frames more than 50 cents off, "
        f"{100 * voicing.values[-1]:.1f} % of frames taken for voiced or unvoiced wrongly"
    )
    if wrong.values[-1] < HEARD and voicing.values[-1] < HEARD:
        return Verdict("pitch", "good", f"Pitch is heard in the mel: {numbers}.")
    return Verdict("pitch", "wait", f"Pitch is not heard well yet: {numbers}.", "It keeps getting better for long.")


def by_heart(metrics: Metrics) -> Verdict:
    """Whether a run on a few clips knows them by heart: their durations, and more of them than any speech teaches."""
    name = "by heart"
    own, durations = metrics.series("val_nll"), metrics.series("val_duration")
    begin = metrics.series("nll").values[:1]
    if not own.values or not durations.values or not begin:
        return Verdict(name, "wait", f"Not validated yet in {metrics.step:,} steps.")
    loss, error = own.values[-1], durations.values[-1]
    numbers = f"loss {begin[0]:.2f} → {loss:.2f}, durations {error:.3f}"
    if begin[0] - loss >= BY_HEART and error < EXACT:
        return Verdict(
            name,
            "good",
            f"Losses say that the clips are known by heart ({numbers}).",
            "Look and listen whether it is so.",
        )
    if metrics.step > 2 * EARLY and begin[0] - loss < BY_HEART / 2:
        advice = "Texts, recordings or settings are at fault: listen to the clips, and try a lower learning rate."
        return Verdict(name, "bad", f"Even these few clips are not learned ({numbers}).", advice)
    return Verdict(name, "wait", f"The clips are not yet known by heart ({numbers}).", "Give it more steps.")


def skipped(metrics: Metrics) -> Verdict:
    """How many steps had no finite loss or gradient."""
    count = round(max(float(record.get("skipped", 0.0)) for record in metrics.training))
    share = count / max(1, metrics.step)
    sentence = f"{count:,} of {metrics.step:,} steps were skipped ({100 * share:.2g} %)."
    if share > MANY_SKIPPED:
        return Verdict("skipped steps", "bad", sentence, _LOWER_RATE)
    if share > SOME_SKIPPED:
        return Verdict(
            "skipped steps", "wait", sentence, "The log names the clips; look at them with `glowvox data check`."
        )
    return Verdict("skipped steps", "good", sentence if count else "No step was skipped.")


def learning_rate(metrics: Metrics) -> Verdict:
    """Whether steps are too large: gradients that explode, a loss that leaps away from its best."""
    name = "learning rate"
    norms = metrics.series("grad_norm")
    recent = metrics.training[-max(3, len(metrics.training) // 5) :]
    lost = sum(not math.isfinite(record.get("grad_norm", math.nan)) for record in recent)
    if lost > len(recent) // 2:
        return Verdict(
            name, "bad", f"In {lost} of the last {len(recent)} windows the gradient was not finite.", _LOWER_RATE
        )
    if len(norms) < 12:
        return Verdict(name, "wait", f"{metrics.step:,} steps are too few to tell.")
    calm = min(norms.smoothed(5).values)
    now = norms.last(0.15).median()
    losses = metrics.loss.smoothed(5)
    leap = losses.last(0.1).median() - min(losses.values)
    numbers = f"gradient norm {_short(now)}, {_short(calm)} at its calmest"
    if now > EXPLODED * calm:
        return Verdict(name, "bad", f"Gradients have grown out of bounds ({numbers}).", _LOWER_RATE)
    if leap > 0.5 + 3 * spread(losses.last(0.5).values):
        return Verdict(
            name, "bad", f"The training loss has leapt {_short(leap)} above its best ({numbers}).", _LOWER_RATE
        )
    spikes = sum(value > SPIKE * now for value in norms.last(0.5).values)
    if spikes > 0.05 * len(norms.last(0.5)):
        return Verdict(name, "wait", f"Gradients spike now and then ({spikes} times lately; {numbers}).", _LOWER_RATE)
    return Verdict(name, "good", f"Gradients are calm ({numbers}).")


_LOWER_RATE = "Lower the learning rate: --set optimizer.lr=… at a third of what it is."


def _ends(series: Series) -> Series:
    """The first and the last value of a noisy series, each a median of three."""
    return Series(
        (series.steps[1], series.steps[-2]),
        (statistics.median(series.values[:3]), statistics.median(series.values[-3:])),
    )


def _fell(series: Series) -> bool:
    """Whether a loss ended below where it began, and not far above its best."""
    first, last, best = series.values[0], series.values[-1], min(series.values)
    return last < first - 0.002 and last - best <= 0.5 * (first - best)


def _story(series: Series) -> str:
    first, last = (
        f"{value:.3f}" if abs(value) < 1000 else _short(value) for value in (series.values[0], series.values[-1])
    )
    return f"from {first} at step {series.steps[0]:,} to {last} at step {series.steps[-1]:,}"


def _total(metrics: Metrics) -> Series:
    """What the best checkpoint is chosen by: the held-out losses together."""
    if metrics.vocoder or metrics.flowtron or metrics.waveglow:
        return metrics.held
    held, durations = metrics.series("val_nll"), metrics.series("val_duration")
    by_step = dict(zip(durations.steps, durations.values, strict=True))
    pairs = [(s, v + by_step[s]) for s, v in zip(held.steps, held.values, strict=True) if s in by_step]
    return Series(tuple(step for step, _ in pairs), tuple(value for _, value in pairs))


def _expected_gain(series: Series, ahead: int) -> float:
    """Fall over `ahead` more steps if a number goes on along the logarithm of the step as in its last half."""
    late = series.last(0.5)
    logs = Series(tuple(round(1e6 * math.log(max(1, step))) for step in late.steps), late.values)
    return -slope(logs) * 1e6 * math.log1p(ahead / max(1, series.steps[-1]))


def _near(series: Series, step: int) -> float:
    """The median of the values just before and at a step."""
    until = [value for at, value in zip(series.steps, series.values, strict=True) if at <= step]
    return statistics.median(until[-5:] or series.values[:1] or (math.nan,))


def _too_few(metrics: Metrics, validations: int) -> str:
    return f"{counted(validations, 'validation')} in {metrics.step:,} steps: too few to tell."


def _short(value: float) -> str:
    return f"{value:.3g}"
