"""From a tuned network to the two files of a model folder: ONNX in 8 bits, and the tokenizer."""

from __future__ import annotations

import logging
import tempfile
import warnings
from pathlib import Path

import torch

from .network import EncoderHeads


def to_onnx(network: EncoderHeads) -> bytes:
    """The network as ONNX with weights of 8 bits, one scale a channel: one a matrix loses far more."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    ids = torch.ones(1, 8, dtype=torch.long)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole, small = Path(folder) / "whole.onnx", Path(folder) / "small.onnx"
        torch.onnx.export(
            _Whole(network).eval(),
            (ids,),
            str(whole),
            input_names=["ids"],
            output_names=["text", "word"],
            dynamic_axes={
                "ids": {0: "texts", 1: "pieces"},
                "text": {0: "texts"},
                "word": {0: "texts", 1: "pieces"},
            },
            dynamo=False,
        )
        root = logging.getLogger()
        level = root.level
        root.setLevel(logging.ERROR)  # it advises a preparation that changes nothing here
        try:
            quantize_dynamic(whole, small, per_channel=True, weight_type=QuantType.QInt8)
        finally:
            root.setLevel(level)
        return small.read_bytes()


class _Whole(torch.nn.Module):
    """Texts are read one by one, whole: there is nothing to mask, and no answer depends on another text."""

    def __init__(self, network: EncoderHeads) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.network(ids, torch.ones_like(ids))
