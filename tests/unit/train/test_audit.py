"""Ranking clips by how badly text and recording fit: planted errors, causes in words, memory."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import soundfile
from msgspec.structs import replace

from glowvox.errors import CorpusError, InputError
from glowvox.evaluate.misfit import Stretch
from glowvox.train.audit import Sample, audit, rank
from glowvox.train.hearing import Heard, Listener
from glowvox.train.misfit_words import found, unusable
from glowvox.train.speaker import Speaker
from tests.conftest import REPOSITORY
from tests.fixtures.corpora import SENTENCES, make_ljspeech
from tests.fixtures.prepared import make_prepared
from tests.fixtures.runs import make_run

SAMPLE, WEIGHTS = REPOSITORY / "examples" / "kathleen-sample", REPOSITORY / "weights" / "duo.safetensors"


def heard(seed: int = 0, **changes: object) -> Heard:
    """A clip of the words "one" to "five", four symbols each, the last of each silent."""
    rng = np.random.default_rng(seed)
    expected = rng.uniform(4, 10, 20)
    values = Heard(
        id=f"clip{seed}",
        place=f"metadata.csv:{seed + 1}",
        text="one two three four five",
        start_s=0.5,
        frame_s=0.01,
        symbols=["A", "B", "C", " "] * 5,
        words=[(word, 4 * place, 4 * place + 2) for place, word in enumerate(["one", "two", "three", "four", "five"])],
        frames=np.maximum(1, np.round(expected * np.exp(0.2 * rng.standard_normal(20)))).astype(int).tolist(),
        expected=expected.tolist(),
        doubt=np.abs(0.01 * rng.standard_normal(20)).tolist(),
        speech_db=-23.0,
        silence_s=0.2,
    )
    return replace(values, **changes)


def lasting(clip: Heard, first: int, end: int, factor: float) -> Heard:
    """The clip with some tokens longer or shorter than expected."""
    frames = [
        max(1, round(e * factor)) if first <= n < end else f
        for n, (f, e) in enumerate(zip(clip.frames, clip.expected, strict=True))
    ]
    return replace(clip, frames=frames)


def test_planted_records_come_first_with_their_cause() -> None:
    clips = [heard(seed) for seed in range(40)]
    clips[3] = lasting(clips[3], 12, 20, 0.1)
    clips[8] = lasting(clips[8], 4, 8, 5.0)
    clips[11] = replace(clips[11], speech_db=-60.0)
    clips[17] = replace(clips[17], fault="54 tokens for 33 frames")
    clips[21] = lasting(lasting(clips[21], 0, 20, 3.0), 8, 16, 0.2)
    result = rank(clips, [clip for clip in clips if not clip.fault], worst=5)
    assert result.clips == 40
    assert [finding.id for finding in result.findings][0] == "clip17"
    assert {finding.id for finding in result.findings} == {"clip3", "clip8", "clip11", "clip17", "clip21"}
    scores = [finding.score for finding in result.findings]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] > 3 * result.usual
    by_id = {finding.id: finding for finding in result.findings}
    cut = by_id["clip3"]
    assert cut.cause.startswith("no room for the end of the text (0.08 s where 0.")
    assert cut.words == "four five"
    assert cut.remedy == "is the recording cut short, or is this not said?"
    assert cut.start_s == pytest.approx(0.5 + 0.01 * sum(clips[3].frames[:12]))
    assert by_id["clip8"].cause.startswith("drawn out (")
    assert "two" in by_id["clip8"].words
    assert by_id["clip11"].cause == "the recording is unlike the others"
    assert by_id["clip11"].remarks == ("37 dB softer than the others (-60 dB)",)
    assert by_id["clip17"].plain()["score"] is None
    assert "longer than what is said" in by_id["clip17"].remedy


@pytest.mark.parametrize(
    ("factor", "first", "end", "score", "cause"),
    [
        (0.2, 0, 20, 9.0, "no room for the end of the text"),
        (0.2, 0, 17, 9.0, "far too much text for the recording"),
        (4.0, 0, 20, 9.0, "far too little text for the recording"),
        (1.0, 0, 20, 16.0, "text and recording agree almost nowhere"),
        (1.0, 0, 20, 14.0, "read unlike all others"),
        (0.2, 4, 10, 9.0, "hurried over"),
        (0.2, 12, 20, 9.0, "no room for the end of the text"),
        (4.0, 4, 10, 9.0, "drawn out"),
        (6.0, 7, 8, 9.0, "a long pause"),
        (1.0, 4, 10, 9.0, "unlike these words in time and sound"),
        (1.0, 5, 5, 0.0, "nothing stands out"),
    ],
)
def test_every_cause(factor: float, first: int, end: int, score: float, cause: str) -> None:
    clip = lasting(heard(), first, end, factor)
    finding = found(clip, clip.evidence(), Stretch(first, end, score), -23.0)
    assert finding.cause.startswith(cause)
    assert finding.score == score
    assert finding.remedy


def test_silence_is_named_by_its_neighbours() -> None:
    clip = heard()
    for first, words in ((7, "between two and three"), (19, "after five")):
        assert found(clip, clip.evidence(), Stretch(first, first + 1, 3.0), None).words == words
    behind = replace(clip, words=[(word, a + 1, b + 1) for word, a, b in clip.words])
    assert found(behind, behind.evidence(), Stretch(0, 1, 3.0), None).words == "before one"
    assert found(clip, clip.evidence(), Stretch(0, 20, 3.0), None).words == "one two three four five"


def test_long_silence_counts() -> None:
    clip = replace(heard(), silence_s=3.5)
    finding = found(clip, clip.evidence(), Stretch(0, 2, 1.0), -23.0)
    assert finding.remarks == ("3.5 s of silence at its ends",)
    assert finding.score == pytest.approx(1.0 + 4 * 2.5)


def test_a_clip_that_cannot_be_used() -> None:
    finding = unusable(Heard(id="x", place="metadata.csv:3", text="Hello there.", fault="nothing but silence"))
    assert (finding.cause, finding.words) == ("nothing but silence", "Hello there.")
    assert finding.remedy == "put the recording or its text right, or take the clip out"


def test_the_sample_is_bounded_and_fair() -> None:
    sample = Sample(50)
    clip = heard()
    for number in range(2000):
        sample.add(replace(clip, id=str(number)))
    numbers = [int(item.id) for item in sample.items]
    assert len(set(numbers)) == 50
    assert 800 < np.mean(numbers) < 1200


def test_what_is_kept_does_not_depend_on_how_many_are_wanted() -> None:
    clips = [heard(seed) for seed in range(30)]
    few, all_of_them = (rank(iter(clips), clips, worst=count).findings for count in (4, 100))
    assert len(all_of_them) == 30
    assert few == all_of_them[:4]


def test_a_prepared_folder_and_its_voice(tmp_path: Path) -> None:
    prepared = make_prepared(tmp_path / "prepared", clips=4)
    run = make_run(tmp_path / "run", speakers=("speaker0",))
    result = audit(run.folder, prepared, worst=10)
    assert result.clips == 7
    assert audit(run.folder, prepared, split="val").clips == 2
    assert {finding.id for finding in result.findings} == {f"clip{number:02d}" for number in range(7)}
    assert result == audit(run.folder, prepared, worst=10)


def test_a_voice_that_does_not_know_the_speaker(tmp_path: Path) -> None:
    corpus = make_ljspeech(tmp_path / "corpus", SENTENCES[:2])
    voice = Speaker.load(make_run(tmp_path / "run", speakers=("anna", "ben")).folder)
    with pytest.raises(CorpusError, match="does not know its speaker 'corpus'") as caught:
        Listener(voice).clips(corpus)
    assert caught.value.hint == "say whose voice is nearest: --speaker anna or ben"
    assert Listener(voice, "ben").clips(corpus)[0] == 2


def test_a_folder_of_other_mels_is_refused(tmp_path: Path) -> None:
    prepared = make_prepared(tmp_path / "prepared", clips=1)
    settings = (prepared / "prepared.toml").read_text(encoding="utf-8")
    (prepared / "prepared.toml").write_text(settings.replace("fft_size = 1024", "fft_size = 2048"), encoding="utf-8")
    voice = Speaker.load(make_run(tmp_path / "run", speakers=("speaker0",)).folder)
    with pytest.raises(InputError, match="fft_size 2048 against 1024"):
        Listener(voice).clips(prepared)


def test_recordings_that_cannot_be_used_come_first(tmp_path: Path) -> None:
    corpus = make_ljspeech(tmp_path / "corpus", SENTENCES[:5])
    soundfile.write(corpus / "wavs" / "clip_01.wav", np.zeros(16_000), 16_000)
    soundfile.write(corpus / "wavs" / "clip_03.wav", 0.1 * np.sin(np.arange(3_000) / 20), 16_000)
    run = make_run(tmp_path / "run")
    first, second = audit(run.folder, corpus, worst=2).findings
    assert (first.id, first.place) == ("clip_01", "metadata.csv:2")
    assert first.cause.startswith("nothing but silence")
    assert second.id == "clip_03"
    assert "tokens for" in second.cause


def plant_errors() -> ModuleType:
    spec = importlib.util.spec_from_file_location("plant_errors", REPOSITORY / "scripts" / "plant_errors.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_planted_errors_are_found_with_real_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not WEIGHTS.is_file():
        pytest.skip("the weights are not here")
    planted = tmp_path / "kathleen"
    arguments = [SAMPLE, planted, "--clips", 36, "--errors", 6, "--seed", 3]
    monkeypatch.setattr("sys.argv", ["plant_errors.py", *map(str, arguments)])
    assert plant_errors().main() == 0
    spoilt = dict(line.split("\t")[:2] for line in (planted / "planted.tsv").read_text().splitlines())
    assert len(spoilt) == 6
    assert len(set(spoilt.values())) == 6
    ranked = [finding.id for finding in audit(WEIGHTS, planted, speaker="heart", worst=36).findings]
    assert len(ranked) == 36
    gross = {key for key, kind in spoilt.items() if kind not in ("missing word", "another word", "swapped text")}
    assert gross <= set(ranked[:6])  # a fault of one word may hide


def test_planting_leaves_the_rest_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = make_ljspeech(tmp_path / "corpus")
    shutil.copy(corpus / "metadata.csv", tmp_path / "before.csv")
    (corpus / "train.txt").write_text("".join(f"clip_{number:02d}\n" for number in range(12)))
    monkeypatch.setattr("sys.argv", ["x", str(corpus), str(tmp_path / "out"), "--errors", "6"])
    assert plant_errors().main() == 0
    before = {line.split("|")[0]: line.split("|")[-1] for line in (tmp_path / "before.csv").read_text().splitlines()}
    after = dict(line.split("|") for line in (tmp_path / "out" / "metadata.csv").read_text().splitlines())
    spoilt = {
        line.split("\t")[0]: line.split("\t") for line in (tmp_path / "out" / "planted.tsv").read_text().splitlines()
    }
    assert before.keys() == after.keys()
    for key, text in after.items():
        same_sound = (corpus / "wavs" / f"{key}.wav").read_bytes() == (
            tmp_path / "out" / "wavs" / f"{key}.wav"
        ).read_bytes()
        if key not in spoilt:
            assert text == before[key]
            assert same_sound
            continue
        assert spoilt[key][2] == before[key]
        if spoilt[key][1] in ("missing word", "another word", "added sentence"):
            assert text != before[key]
        elif spoilt[key][1] != "swapped text":  # of one clip alone there is nobody to swap with
            assert not same_sound
