"""Teach an encoder its heads.

One pass over the examples an epoch, texts of like length together; both texts of a pair stand in one batch,
and the case is pushed above its twin, because what decides between them is all that a batch of other texts
cannot teach (a logistic loss on the difference, as in RankNet, Burges et al. 2005).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ..linear import FIXED_HEADS
from .checkpoint import Checkpoint
from .example import Example
from .network import EncoderHeads
from .runtime import encode

STANCE = slice(FIXED_HEADS.index("stance:offer"), len(FIXED_HEADS))
PAIR_WEIGHT, WORD_WEIGHT, TYPE_WEIGHT = 1.0, 3.0, 1.0
MAX_PIECES = 144  # of a text in training
GAPS = 0.06  # share of pieces that are hidden
FLAG_WEIGHTS = (1.0, 1.0, 3.0)  # of trafficking, fraud and need of help where they hold: pleas are few


@dataclass(frozen=True)
class Plan:
    """How long and how fast to learn."""

    epochs: int = 5
    batch: int = 8
    rate: float = 1e-4  #: of the encoder at its height; heads learn `head_rate`
    head_rate: float = 2e-3
    warmup: float = 0.1  #: share of the steps
    decay: float = 0.01
    is_embedding_frozen: bool = True


def tune(
    network: EncoderHeads,
    checkpoint: Checkpoint,
    examples: Sequence[Example],
    plan: Plan,
    *,
    seed: int,
    say: Callable[[str], None] = lambda line: None,
) -> EncoderHeads:
    """Teach `network` in place; it is returned in evaluation mode."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    encoded = [encode(checkpoint.tokenizer, example.words, MAX_PIECES) for example in examples]
    lengths = np.array([len(ids) for ids, _ in encoded])
    slow = list(network.encoder.parameters())
    fast = [p for name, p in network.named_parameters() if not name.startswith("encoder.")]
    if plan.is_embedding_frozen:
        network.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    optimiser = torch.optim.AdamW(
        [
            {"params": [p for p in slow if p.requires_grad], "lr": plan.rate},
            {"params": fast, "lr": plan.head_rate},
        ],
        weight_decay=plan.decay,
        fused=True,
    )
    per_epoch = len(_batches(examples, lengths, plan.batch, rng))
    steps = plan.epochs * per_epoch
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda step: min((step + 1) / max(plan.warmup * steps, 1), max(0.0, 1.02 - step / steps)),
    )
    network.train()
    for epoch in range(plan.epochs):
        losses = []
        for rows in _batches(examples, lengths, plan.batch, rng):
            loss = _loss(network, [examples[i] for i in rows], [encoded[i] for i in rows], checkpoint.unknown)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        say(f"epoch {epoch + 1} of {plan.epochs}: loss {np.mean(losses):.4f}")
    return network.eval()


def _batches(
    examples: Sequence[Example], lengths: np.ndarray, size: int, rng: np.random.Generator
) -> list[list[int]]:
    """Rows of batches in a random order; pairs are kept together, then texts of like length."""
    units: dict[str, list[int]] = {}
    for i, example in enumerate(examples):
        units.setdefault(example.pair or f"\0{i}", []).append(i)
    groups = list(units.values())
    key = [max(lengths[i] for i in rows) + rng.normal(0, 6) for rows in groups]
    batches: list[list[int]] = [[]]
    for unit in np.argsort(key, kind="stable"):
        if len(batches[-1]) + len(groups[unit]) > size:
            batches.append([])
        batches[-1].extend(groups[unit])
    return [batches[i] for i in rng.permutation(len(batches))]


def _loss(
    network: EncoderHeads,
    examples: Sequence[Example],
    encoded: Sequence[tuple[list[int], list[int]]],
    unknown: int,
) -> Tensor:
    ids, mask = _padded([ids for ids, _ in encoded])
    text, word = network(_with_gaps(ids, mask, unknown), mask)
    weight = torch.tensor([example.weight for example in examples])
    flags = torch.tensor([example.flags for example in examples])
    known = ~flags.isnan()
    loss = F.binary_cross_entropy_with_logits(
        text[:, :3], flags.nan_to_num(), reduction="none", pos_weight=torch.tensor(FLAG_WEIGHTS)
    )
    total = (loss * known * weight[:, None]).sum() / len(examples)

    rows = [i for i, example in enumerate(examples) if example.stance is not None]
    if rows:
        stances = torch.tensor([examples[i].stance for i in rows])
        total = total + F.cross_entropy(text[rows, STANCE], stances) * len(rows) / len(examples)
    rows = [i for i, example in enumerate(examples) if example.types is not None]
    if rows:
        types = torch.tensor([examples[i].types for i in rows])
        loss = F.binary_cross_entropy_with_logits(text[rows, STANCE.stop :], types, reduction="none").sum(1)
        total = total + TYPE_WEIGHT * loss.sum() / len(examples)
    return (
        total
        + PAIR_WEIGHT * _pair_loss(text[:, 0], examples)
        + WORD_WEIGHT * _word_loss(word, examples, encoded)
    )


def _pair_loss(scores: Tensor, examples: Sequence[Example]) -> Tensor:
    members: dict[str, list[int]] = {}
    for i, example in enumerate(examples):
        if example.pair is not None:
            members.setdefault(example.pair, []).append(i)
    losses = [
        F.softplus(scores[b] - scores[a])
        for rows in members.values()
        for a in rows
        for b in rows
        if examples[a].flags[0] == 1 and examples[b].flags[0] == 0
    ]
    return torch.stack(losses).sum() / len(examples) if losses else scores.sum() * 0


def _word_loss(
    word: Tensor, examples: Sequence[Example], encoded: Sequence[tuple[list[int], list[int]]]
) -> Tensor:
    """Mean loss of a word over all signs, on texts whose signs are marked."""
    scores, truths, counts = [], [], []
    n_signs = word.shape[-1]
    for i, (example, (_, firsts)) in enumerate(zip(examples, encoded, strict=True)):
        if example.spans is None:
            continue
        truth = torch.zeros(len(firsts), n_signs)
        counted = torch.ones(len(firsts), n_signs)
        for sign, first, last in example.ignored:
            counted[first : last + 1, sign] = 0.0
        for sign, first, last in example.spans:
            truth[first : last + 1, sign] = 1.0
            counted[first : last + 1, sign] = 1.0
        scores.append(word[i, firsts])
        truths.append(truth)
        counts.append(counted)
    if not scores:
        return word.sum() * 0
    counted = torch.cat(counts)
    loss = F.binary_cross_entropy_with_logits(torch.cat(scores), torch.cat(truths), reduction="none")
    return (loss * counted).sum() / len(counted)


def _with_gaps(ids: Tensor, mask: Tensor, unknown: int) -> Tensor:
    """The pieces with a few unknown ones among them: no single word should be what a text stands on."""
    inner = mask.roll(-1, dims=1) * mask == 1  # not the last piece, nor the first: they frame the text
    inner[:, 0] = inner[:, -1] = False
    return ids.masked_fill(inner & (torch.rand(ids.shape) < GAPS), unknown)


def _padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    longest = max(map(len, rows))
    ids = torch.full((len(rows), longest), 1)
    mask = torch.zeros(len(rows), longest, dtype=torch.long)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = 1
    return ids, mask
