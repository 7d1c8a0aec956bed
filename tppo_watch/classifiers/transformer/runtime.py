"""Read texts with an exported encoder: onnxruntime and tokenizers, no torch."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import ModelNotFoundError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MAX_PIECES = 320  # of a text; what stands behind is read by the linear heads alone


def encode(tokenizer: Tokenizer, words: Sequence[str], limit: int) -> tuple[list[int], list[int]]:
    """Ids of the pieces of a text, at most `limit`, and the position of each word's first piece."""
    encoding = tokenizer.encode(shown(words[:limit]), is_pretokenized=True)
    ids, owners = encoding.ids, encoding.word_ids
    if len(ids) > limit:
        ids, owners = [*ids[: limit - 1], ids[-1]], [*owners[: limit - 1], None]
    firsts: list[int] = []
    for position, owner in enumerate(owners):
        if owner is not None and owner == len(firsts):
            firsts.append(position)
    return ids, firsts


def shown(words: Sequence[str]) -> list[str]:
    """Words as the encoder sees them: long numbers without their digits, so that none is learnt."""
    return ["#" * min(len(w), 9) if len(w) > 4 and w.isdigit() else w for w in words]


class Encoder:
    """An exported encoder. Safe to share between threads; made anew from its bytes in another process.

    Parameters
    ----------
    onnx, tokenizer : bytes
        The two files of the model folder.

    Raises
    ------
    ModelNotFoundError
        If onnxruntime or tokenizers is not installed.
    """

    def __init__(self, onnx: bytes, tokenizer: bytes) -> None:
        self._files = (onnx, tokenizer)
        self._session, self._tokenizer = _opened(onnx, tokenizer)

    def read(self, words: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Log-odds of the heads, (n_heads,), and of each word's signs, (n_words read, n_signs).

        Texts are read one at a time: in 8 bits the scale of a batch would make a text's answer depend on
        what stands beside it.
        """
        ids, firsts = encode(self._tokenizer, words, MAX_PIECES)
        text, word = self._session.run(None, {"ids": np.array([ids], dtype=np.int64)})
        return text[0].astype(np.float64), word[0, firsts].astype(np.float64)

    def __reduce__(self) -> tuple[type, tuple[bytes, bytes]]:
        return Encoder, self._files


def is_available() -> bool:
    """Whether what an encoder runs on is installed."""
    return all(find_spec(name) for name in ("onnxruntime", "tokenizers"))


def _opened(onnx: bytes, tokenizer: bytes) -> tuple[Any, Tokenizer]:
    if not is_available():
        raise ModelNotFoundError("encoder", "needs onnxruntime: pip install 'tppo-watch[encoder]'")
    from onnxruntime import InferenceSession, SessionOptions
    from tokenizers import Tokenizer

    options = SessionOptions()
    # One core a process: whoever has more reads in several processes (`jobs`).
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return InferenceSession(onnx, options, ["CPUExecutionProvider"]), Tokenizer.from_buffer(tokenizer)
