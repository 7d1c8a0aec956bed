"""Folding word by word: digits and symbols for letters, stretched and spaced letters, numbers in words.

What is risky to fold is folded only when it gives a word of the vocabulary.
"""

from __future__ import annotations

import re
from itertools import islice, product

from .offsets import Edit, Pieces, apply, changed, substitute
from .vocabulary import DIGITS, KEEP, NUMBERED, SLANG, WATCH, WORDS, known

_LONGEST = 40  #: letters; longer runs are no words

# What a digit or sign may stand for, likeliest first.
_LEET = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "t", "8": "b", "9": "g",
    "@": "a", "$": "s", "!": "i", "€": "e", "£": "l", "¥": "y", "¢": "c",
}  # fmt: skip
_SIGNS = "@$!€£¥¢"
_LETTERS = re.compile(r"[a-z]+")
_ODD = re.compile(rf"[0-9{_SIGNS}*#%]")
_CORE = re.compile(rf"[a-z0-9{_SIGNS}*#%]+")
_TRIPLE = re.compile(r"([a-z])\1\1+")
_ROMAN = re.compile(r"[ivxlc]+")
_CONSONANTS = "bcdfghjklmnpqrstvwxyz"
_HOLE = re.compile(r"[*#%]")
_VOWEL = re.compile(r"[aiueo]")
_PRONOUNCEABLE = re.compile(rf"(?:[{_CONSONANTS}]{{0,3}}+[aiueo]++)++[{_CONSONANTS}]{{0,2}}")


def readings(word: str, limit: int = 4) -> list[str]:
    """`word` with every digit and sign read as a letter, likeliest first; at most `limit` of them."""
    return ["".join(letters) for letters in islice(product(*(_LEET.get(char, char) for char in word)), limit)]


def plain_reading(word: str) -> str | None:
    """The vocabulary word that `word` is once digits, signs and stars are read as letters, or None."""
    if word.isalpha():
        return word if known(word) else None
    return unleet(word)


def unleet(word: str) -> str | None:
    """The word behind digits, signs and stars among letters, or None when they stand there by right."""
    if len(word) > _LONGEST or word in KEEP or not _LETTERS.search(word) or not _ODD.search(word):
        return None
    if _HOLE.search(word):
        return _unstar(word)
    core = word.strip("0123456789" + _SIGNS)
    if core.isalpha():
        # `24jam`, `covid19`, `rp5`: what is left without the digits is a word or a unit of its own
        if len(core) <= 2 or core in WORDS or (core in SLANG and len(core) < 4) or len(word) - len(core) > 2:
            return None
        return next(filter(known, readings(word)), None)
    options = readings(word)
    for option in options:
        if known(option):
            return option
    inner = re.findall(rf"(?<=[a-z])[013456789{_SIGNS}](?=[a-z])", word)
    if len(inner) >= 2 and not re.search(r"\d\d|2", word) and _PRONOUNCEABLE.fullmatch(options[0]):
        return options[0]
    return None


def _unstar(word: str) -> str | None:
    """A word with letters struck out by `*`, `#` or `%`, as the known word that fits."""
    core = word.strip("*#%!")
    holes = _HOLE.findall(core)
    if not 1 <= len(holes) <= 4 or len(core) < 4:
        return None
    if all(part in WORDS for part in _HOLE.split(core)):
        return None  # words with a mark between
    fits = [guess for base in readings(core, 2) for guess in _without_vowels(base)]
    if not fits and len(holes) == 1:
        fits = [guess for letter in _CONSONANTS if (guess := _HOLE.sub(letter, core)) in WORDS]
    return word.replace(core, min(fits, key=_rank), 1) if fits else None


def _rank(word: str) -> int:
    return WORDS.get(word, len(WORDS))


_STRIKE = str.maketrans("aiueoy#%", "********")
_AFFIXES = ("di", "ke", "be", "ber", "te", "ter", "se", "me", "pe")
_ENDINGS = ("nya", "kan", "an", "i")
_SKELETONS: dict[str, list[str]] = {}
for _word in WORDS:
    _SKELETONS.setdefault(_word.translate(_STRIKE), []).append(_word)


def _without_vowels(core: str) -> list[str]:
    """Known words, with or without an affix, that `core` is once a vowel or `y` stands in each hole."""
    skeleton = core.translate(_STRIKE)
    guesses = list(_SKELETONS.get(skeleton, ()))
    for affix in _AFFIXES:
        if skeleton.startswith(affix.translate(_STRIKE)):
            guesses += [affix + root for root in _SKELETONS.get(skeleton[len(affix) :], ()) if len(root) > 3]
    for ending in _ENDINGS:
        if skeleton.endswith(ending.translate(_STRIKE)):
            stem = skeleton[: -len(ending)]
            guesses += [root + ending for root in _SKELETONS.get(stem, ()) if len(root) > 3]
    fits = (guess for guess in guesses if all(a == b or a in "*#%" for a, b in zip(core, guess, strict=True)))
    return list(dict.fromkeys(fits))


def unstretch(word: str) -> str | None:
    """`gajiiii` -> `gaji`, `maaaaf` -> `maaf`; None for a word with no letter stretched."""
    runs = [found.span() for found in _TRIPLE.finditer(word)]
    if not runs:
        if 4 < len(word) <= _LONGEST and word[-1] == word[-2] and word[-1] in "aiueo":
            return word[:-1] if word not in WORDS and word[:-1] in WORDS else None
        return None
    if len(set(word)) == 1 or _ROMAN.fullmatch(word) or not _VOWEL.search(word):
        return None  # `xxx`, `viii`, `bppp`
    single = _TRIPLE.sub(r"\1", word)
    if len(runs) > 4 or len(single) > _LONGEST:
        return single
    for lengths in product((1, 2), repeat=len(runs)):
        parts, last = [], 0
        for (start, end), length in zip(runs, lengths, strict=True):
            parts += (word[last:start], word[start] * length)
            last = end
        option = "".join(parts) + word[last:]
        if known(option):
            return option
    # a consonant repeated inside an unknown word is an acronym's (`dpppa`)
    return single if all(end == len(word) or word[start] in "aiueo" for start, end in runs) else None


_DOUBLED = re.compile(r"([a-z]{2,})2(nya|an|ku|mu|kan|in|lah|ne|e|i)?")


def _redoubled(word: str) -> str | None:
    """`anak2nya` -> `anak-anaknya`, `org2` -> `orang-orang`; None where the 2 is a number."""
    found = _DOUBLED.fullmatch(word)
    if not found or word in KEEP:
        return None
    base = SLANG.get(found.group(1), found.group(1))
    if base in NUMBERED or "-" in base or len(base) < 3 or not known(base):
        return None
    return f"{base}-{base}{found.group(2) or ''}"


# --- one stretch without spaces -----------------------------------------------------------------------------

_CHUNK = re.compile(r"\S+")
_ADDRESS = re.compile(
    r"://|^[(<\"']?www\.|^[^\s@]{1,64}@[^\s@]{1,255}\.[a-z]{2}"
    r"|[a-z0-9-]\.(?:com|co|id|me|net|org|info|gg|ly|io|link|test|example|xyz|site|app|online|shop|biz|my|sg|my)"
    r"(?:[/?:#]|[\W_]{0,3}$)"
)
_SPLIT = re.compile(r"[a-z]+(?:[-._'~^,+=]{1,2}[a-z]+)+|[a-z]+(?:[^\w\s\x00-\x7f]{1,2}[a-z]+)+")
_ZEROS = re.compile(r"(?<=[0-9][.,])o{2,3}(?![a-z])")
_NUMBER = re.compile(r"\d[\do]*o[\do]*")


# Where a word may need folding: a digit or sign that touches a letter, a mark or picture between letters.
# Sums and measures (`12jt`) are left out, being everywhere. A pattern that begins with one set of characters
# is searched several times faster, hence the look-behinds.
_MARKS = "!*#%._'~^,+="  #: and the hyphen
_SUSPECT = re.compile(
    rf"[0-9{_SIGNS}{_MARKS}-](?:(?<=[a-z][0-9@$€£¥¢])"
    rf"|(?<=[0-9{_SIGNS}])(?=[a-z])(?!(?:jt|juta|rb|ribu|k|x|th|thn|tahun|orang|org|bln|hari|jam|kg|cm|km)\b)"
    rf"|(?<=[a-z{_MARKS}-][{_MARKS}-])(?=[a-z]))"
)
_PICTURE = re.compile(r"[^\w\s\x00-\x7f](?=[a-z])")
_STRETCHED = re.compile(r"(.)\1(?:\1|(?<=[aiueo])(?![a-z]))")


def fold_chunks(text: str) -> tuple[str, list[Edit]]:
    """Fold the words of `text`; addresses and user names are left as they are.

    What becomes of a stretch without white space does not depend on what stands beside it.
    """
    suspects = [found.start() for found in _SUSPECT.finditer(text)]
    if _STRETCHED.search(text):
        suspects += [found.start() for found in _STRETCHED.finditer(text) if found.group().isalpha()]
        suspects.sort()
    if not text.isascii() and _PICTURE.search(text):
        suspects += [found.start() for found in _PICTURE.finditer(text)]
        suspects.sort()
    if not suspects:
        return text, []
    pieces: Pieces = []
    end = 0
    for suspect in suspects:
        if suspect < end:
            continue
        before = text[end:suspect]
        tail = before.rsplit(None, 1)
        start = suspect if not tail or before[-1].isspace() else suspect - len(tail[-1])
        end = _CHUNK.match(text, start).end()
        chunk = text[start:end]
        folded = _fold_chunk(chunk)
        if folded is not None and folded != chunk:
            pieces.append(changed(chunk, folded, start))
    return apply(text, pieces) if pieces else (text, [])


def _fold_chunk(chunk: str) -> str | None:
    if chunk.isalpha():
        return unstretch(chunk) if chunk.isascii() else None
    joined = chunk.replace("-", "").rstrip(".,!?:;)")
    if joined.isalpha() and joined not in WATCH and not _STRETCHED.search(chunk):
        return None  # `anak-anak`, the commonest by far
    if _ADDRESS.search(chunk):
        return None
    if chunk[0] == "@" and not known(unleet(chunk.rstrip(".,;:!?)")) or ""):
        return None
    if _ODD.search(chunk):
        chunk = _CORE.sub(_fold_core, _ZEROS.sub(lambda found: "0" * len(found.group()), chunk))
    chunk = _SPLIT.sub(_rejoin, chunk)
    return _LETTERS.sub(lambda found: unstretch(found.group()) or found.group(), chunk)


def _fold_core(found: re.Match[str]) -> str:
    word = found.group()
    if not _LETTERS.search(word):
        return word
    if _NUMBER.fullmatch(word):
        return word.replace("o", "0")
    # marks that end or open the word are none of its letters (`*g4ji!`), but one that opens it
    # may be (`!jazah`)
    core = word.rstrip("*#%!")
    tail = word[len(core) :]
    inner = core.lstrip("*#%!")
    if folded := _redoubled(inner) or unleet(inner):
        return core[: len(core) - len(inner)] + folded + tail
    return (unleet(core) or core) + tail


def _rejoin(found: re.Match[str]) -> str:
    """`kam-boja` -> `kamboja`, where the pieces are no words and the whole is one worth hiding."""
    pieces = _LETTERS.findall(found.group())
    joined = "".join(pieces)
    if joined in WATCH and len(set(pieces)) > 1 and any(piece not in WORDS for piece in pieces):
        return joined
    return found.group()


# --- letters with something between each --------------------------------------------------------------------

_LETTER = f"[a-z0-9{_SIGNS}]"
_SPACED = re.compile(
    rf"(?<!{_LETTER}){_LETTER}( ?[^\w\s] ?|[^\w\s]{{2}}|_| {{1,2}}|\n){_LETTER}(?:\1{_LETTER})+(?!{_LETTER})"
)
_TWO_SINGLE = re.compile(rf"[^a-z0-9{_SIGNS}]{_LETTER}[^a-z0-9{_SIGNS}]{{1,3}}{_LETTER}(?!{_LETTER})")
_MIN_SPACED = 4
_THREE = frozenset("bon ktp tki tkw psk tka pmi rek".split())  #: worth hiding although they are short


_ALONE = re.compile(r"(?<![a-z0-9])[a-z](?![a-z0-9])")  # no word has only digits and signs


def may_be_spaced(chunk: str) -> bool:
    """Whether a text may have something for :func:`join_spaced` because `chunk` stands in it."""
    return _ALONE.search(chunk) is not None


def join_spaced(text: str) -> tuple[str, list[Edit]]:
    """`k a m b o j a`, `p.a.s.p.o.r` -> the word."""
    if not _TWO_SINGLE.search(text):
        return text, []
    return substitute(text, _SPACED, lambda found: _join(found.group(), found.group(1)))


def _join(run: str, gap: str) -> str | None:
    step = 1 + len(gap)
    letters = run[::step]
    if len(letters) > 400:
        return None
    if len(letters) < _MIN_SPACED:
        return letters if letters in _THREE and not gap.isspace() else None
    whole = plain_reading(letters)
    if whole:
        return whole
    start = len(letters) - len(letters.lstrip("0123456789"))
    end = len(letters.rstrip("0123456789"))
    core = letters[start:end]
    if sum(map(str.isalpha, core)) < 3 or len(core) < _MIN_SPACED or len(set(core)) == 1:
        return None
    if core in "abcdefghijklmnopqrstuvwxyz":
        return None
    plain = core if core.isalpha() else readings(core, 1)[0]
    word = plain_reading(core) or _segmented(plain)
    if word is None:
        spoken = len(plain) > _MIN_SPACED and _PRONOUNCEABLE.fullmatch(plain)
        if not spoken and not (gap == " " and core.isalpha()):
            return None
        word = plain
    head = run[: start * step]
    tail = run[(end - 1) * step + 1 :]
    return head + word + tail


_SHORT = frozenset("di ke ya pt hp wa ok jt rb rp kk cv no tf dm lc bo vc".split())


def _segmented(letters: str) -> str | None:
    """The fewest known words that `letters` is made of, with spaces; None where there are none."""
    if len(letters) > 100:
        return None
    best: list[tuple[int, str] | None] = [(0, "")] + [None] * len(letters)
    for end in range(2, len(letters) + 1):
        for start in range(max(0, end - 20), end - 1):
            before, piece = best[start], letters[start:end]
            if before is None or not (piece in _SHORT if len(piece) == 2 else piece in WORDS):
                continue
            cost = before[0] + 1 + (len(piece) < 4)
            here = best[end]
            if here is None or cost < here[0]:
                best[end] = (cost, before[1] + " " + piece)
    whole = best[len(letters)]
    return whole[1][1:] if whole else None


# --- telephone numbers --------------------------------------------------------------------------------------

_NUMERAL = "|".join(sorted(DIGITS, key=lambda word: (-len(word), word)))
_SPOKEN = re.compile(
    rf"(?<![a-z0-9])(?:{_NUMERAL}|\d{{1,4}})(?:[ ,.\-]{{1,3}}(?:{_NUMERAL}|\d{{1,4}})){{5,16}}(?![a-z0-9])"
)
_GLUED = re.compile(rf"(?<![a-z0-9])(?:{_NUMERAL}){{8,16}}(?![a-z0-9])")
_NUMERALS = re.compile(rf"{_NUMERAL}|\d+")
_SPACED_DIGITS = re.compile(r"(?<![\w.,])[0+](?:[ .\-]{0,3}\d){8,15}(?![\w])")
_SINGLE_DIGITS = re.compile(r"(?<!\d)\d \d \d(?!\d)")
_MISTYPED = re.compile(r"(?<![a-z0-9])[+0o6][ .\-]?[0-9oil](?:[ .\-]?[0-9oil]){7,13}(?![a-z0-9])")
# Probes, each necessary for a match of the pattern it spares: a number that is said has a nought or, as all
# mobile numbers here, an eight; a mistyped one a digit beside `o`, `i` or `l`; a spaced one three digits.
_OTHER = "a-hj-km-np-z"
_DIGIT_RUN = re.compile(
    rf"[0-9](?: [0-9] [0-9](?![0-9])|[ .\-]?[oil](?![{_OTHER}])"
    rf"|(?<=[oil].)(?<![{_OTHER}][oil].)|(?<=[oil][ .\-].)(?<![{_OTHER}][oil][ .\-].))"
)
# What a chunk may add to a mistyped number, from its first character or a border on: a letter among digits.
_MISTYPED_PART = re.compile(
    r"(?<![a-z0-9])(?=[0-9.\-]*[oil])[0-9oil](?:[.\-]?[0-9oil])*(?![a-z0-9])"
)


def _is_said(text: str) -> bool:
    # Spelled out: a loop over the four takes five times as long.
    return "nol" in text or "lapan" in text or "kosong" in text or "zero" in text


def may_be_dialled(chunk: str) -> bool:
    """Whether a text may have something for :func:`dial` because `chunk` stands in it."""
    return (
        (len(chunk) == 1 and chunk.isdigit())
        or _is_said(chunk)
        or _MISTYPED_PART.search(chunk) is not None
    )


def dial(text: str) -> tuple[str, list[Edit]]:
    """Numbers said in words, one digit at a time, or with letters for digits."""
    if _is_said(text):
        for pattern in (_SPOKEN, _GLUED):
            new, edits = substitute(text, pattern, _said)
            if new != text:
                return new, edits
    if _DIGIT_RUN.search(text):
        new, edits = substitute(text, _MISTYPED, _typed)
        return (new, edits) if new != text else substitute(text, _SPACED_DIGITS, _close_up)
    return text, []


def _said(found: re.Match[str]) -> str | None:
    words = _NUMERALS.findall(found.group())
    digits = "".join(DIGITS.get(word, word) for word in words)
    if sum(word in DIGITS for word in words) < 3 or not 9 <= len(digits) <= 15:
        return None
    return digits if digits.startswith(("0", "62", "8")) else None


def _typed(found: re.Match[str]) -> str | None:
    run = found.group()
    letters = sum(run.count(letter) for letter in "oil")
    if not letters or sum(map(str.isdigit, run)) < 5 or not run.startswith(("0", "o", "+", "62")):
        return None
    return run.translate(str.maketrans("oil", "011"))


def _close_up(found: re.Match[str]) -> str | None:
    run = found.group()
    return re.sub(r"\s", "", run) if _SINGLE_DIGITS.search(run) else None
