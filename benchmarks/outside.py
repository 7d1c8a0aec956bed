"""Peers that need an environment of their own, as a process that is asked on standard input.

Started by `benchmarks.peers` with the Python of that environment; imports nothing of ours. The first line is
JSON: the peer, and what to build it from. Each further line is a JSON list of ads; the answer is the time
they took, in seconds of the processor.
"""

import json
import sys
import time


def medspacy(asked):
    """Target matcher with phrases and patterns, then ConText with Indonesian cues: signs, denied or not."""
    import medspacy  # noqa: F401  # registers the factories
    import spacy
    from medspacy.context import ConTextRule
    from medspacy.target_matcher import TargetRule

    nlp = spacy.blank("id")
    nlp.add_pipe("sentencizer")
    matcher = nlp.add_pipe("medspacy_target_matcher", config={"rules": None})
    matcher.add([TargetRule(phrase, "SIGN") for phrase in asked["phrases"]])
    matcher.add([TargetRule(name, name, pattern=regex) for name, regex in asked["patterns"].items()])
    context = nlp.add_pipe("medspacy_context", config={"rules": None})
    context.add([ConTextRule(cue, "NEGATED_EXISTENCE", direction="FORWARD") for cue in asked["denials"]])
    return lambda ads: [[(e.start, e.label_, e._.is_negated) for e in nlp(ad).ents] for ad in ads]


def fasttext(asked):
    """The supervised classifier of fastText: words and pairs of words, one label, no reasons."""
    import tempfile

    import fasttext

    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        for text, label in zip(asked["texts"], asked["labels"]):  # noqa: B905
            file.write(f"__label__{label} {' '.join(text.split())}\n")
        file.flush()
        model = fasttext.train_supervised(file.name, wordNgrams=2, epoch=5, thread=1, verbose=0)
    return lambda ads: [model.predict(ad.replace("\n", " ")) for ad in ads]


def main():
    """Build the peer, then answer until standard input is closed."""
    asked = json.loads(sys.stdin.readline())
    read = {"medspacy": medspacy, "fasttext": fasttext}[asked["peer"]](asked)
    read(["Loker kasir di Depok"])
    print("ready", flush=True)
    for line in sys.stdin:
        ads = json.loads(line)
        begun = time.process_time()
        read(ads)
        print(time.process_time() - begun, flush=True)


if __name__ == "__main__":
    main()
