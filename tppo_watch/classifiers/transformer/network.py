"""An encoder with heads: what a text is, and which sign each of its words belongs to."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

RARE = -5.0  # log-odds of a sign at a word before anything is known


class EncoderHeads(nn.Module):
    """An encoder with heads for whole texts and for words.

    A text is read twice over: as the mean of its pieces, and as a sum in which a learnt query says how much
    each piece counts, since one clause may decide.

    Parameters
    ----------
    encoder : transformers.PreTrainedModel
    n_text : int
        Heads of whole texts, in the order of the linear ones.
    n_word : int
        Signs, in the order of the knowledge.
    """

    def __init__(self, encoder: Any, n_text: int, n_word: int, *, dropout: float = 0.1) -> None:
        super().__init__()
        size = encoder.config.hidden_size
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.query = nn.Linear(size, 1, bias=False)
        self.text = nn.Linear(2 * size, n_text)
        self.word = nn.Linear(size, n_word)
        for name, module in encoder.named_modules():
            if isinstance(module, nn.Dropout):  # in the layers it costs a sixth of the time
                module.p = dropout if name.startswith("embeddings") else 0.0
        nn.init.zeros_(self.query.weight)
        nn.init.constant_(self.word.bias, RARE)  # else the first steps teach nothing but that signs are rare

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
        """Log-odds of texts, (n, n_text), and of pieces, (n, n_pieces, n_word)."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        present = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * present).sum(1) / present.sum(1)
        weight = torch.softmax(self.query(hidden) + (present - 1) * 1e4, dim=1)
        pooled = torch.cat([mean, (hidden * weight).sum(1)], dim=-1)
        return self.text(self.dropout(pooled)), self.word(self.dropout(hidden))
