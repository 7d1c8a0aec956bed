"""Folding letter by letter: look-alikes, styled letters, clutter, flags. Genuine scripts stay."""

from __future__ import annotations

import re
import unicodedata

from .offsets import Edit, Pieces, apply, substitute
from .vocabulary import FLAGS, WATCH, known
from .words import plain_reading

# Punctuation and spaces that differ only in dress; one for one.
_DRESS = str.maketrans(
    dict.fromkeys("‐‑‒–—―−﹣", "-")
    | dict.fromkeys("‘’‚‛ʼ′", "'")
    | dict.fromkeys("“”„‟″", '"')
    | dict.fromkeys("\xa0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))), " ")
    | dict.fromkeys("\u2028\u2029\x85", "\n")
)
_DRESSED = re.compile("[" + "".join(map(chr, _DRESS)) + "]")
# Latin letters and digits in other dress: accented, styled, small capital, enclosed, full-width, raised.
_STYLED = re.compile(
    "[\xaa\xb2\xb3\xb9\xba\xbc-\xbe\xc0-\xd6\xd8-\xf6\xf8-\u02b8\u02e0-\u02e4\u1d00-\u1dbf\u1e00-\u1eff"
    "\u2070-\u209c\u2100-\u2108\u210a-\u2115\u2119-\u211d\u2124\u2128\u212a-\u212e\u212f-\u2134\u2139\u2150-\u2188"
    "\u2460-\u24ff\u2c60-\u2c7f\ua71c-\ua7ff\uab30-\uab64\ufb00-\ufb06\uff01-\uff5e\U00010780-\U000107ba"
    "\U0001ccd6-\U0001ccf9\U0001d400-\U0001d7ff\U0001df00-\U0001df1e\U0001f100-\U0001f1ad\U0001fbf0-\U0001fbf9]+"
)
_JOINER = "\u200c\u200d\ufe00-\ufe0f"
_MARK = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_NEAR = "a-z0-9\xc0-\u058f"
# Characters that show nothing. Joiners and variation selectors mean something between emoji and in other
# scripts, so those go only beside letters that never need them.
_UNSEEN = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_INVISIBLE = re.compile(f"[{_UNSEEN}]+|(?<=[{_NEAR}])[{_JOINER}]+|[{_JOINER}]+(?=[{_NEAR}])")
_MARKED = re.compile(f"[^{_MARK}]?[{_MARK}]+")
_MARKS = re.compile(f"[{_MARK}]+")
_OVERRIDE = re.compile("\u202e([^\u202a-\u202e\u2066-\u2069\n]{1,400})\u202c?")

_REGIONAL = re.compile("[\U0001f1e6-\U0001f1ff](?:[\u200b-\u200d\u2060\ufe0f]{0,2}[\U0001f1e6-\U0001f1ff])*")
_TURNED_ONLY = "ɐɔǝɟƃɥᴉɾʞɯɹʇʌʍʎ"  # read upside down and backwards
_TURNED = str.maketrans(_TURNED_ONLY + "pqnubd", "acefghijkmrtvwy" + "dbunqp")

_FOREIGN = "\u0370-\u03ff\u0400-\u052f\u0531-\u0588\u1c80-\u1c88\ua640-\ua66e\u1f00-\u1fff\u2c80-\u2cf3"
_HAS_FOREIGN = re.compile(f"[{_FOREIGN}]")
_RUN = re.compile(f"[a-z0-9@$!*{_FOREIGN}]+")
_LATIN = re.compile("[a-z]")

_NATIVE_DIGITS = (
    "\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0a66-\u0a6f\u0be6-\u0bef\u0e50-\u0e59\u0ed0-\u0ed9"
    "\u1040-\u1049\u17e0-\u17e9\u1b50-\u1b59\u1bb0-\u1bb9\ua9d0-\ua9d9"
)
# Where none of these stands, no step below changes anything.
_NATIVE = re.compile(f"[{_NATIVE_DIGITS}]+")
# The digits of these scripts stand in tens, nought first.
_ARABIC_DIGITS = {
    ord(start) + value: str(value) for start in _NATIVE_DIGITS[::3] for value in range(10)
}
_ANY_MASK = re.compile(
    _STYLED.pattern[:-2] + _UNSEEN + _MARK + _FOREIGN + _NATIVE_DIGITS + "\ufe00-\ufe0e\U0001f1e6-\U0001f1ff]"
)
_STRAY = re.compile(f"(?<=[{_NEAR}])[{_JOINER}]|[{_JOINER}](?=[{_NEAR}])")


def masked(text: str) -> bool:
    """Whether :func:`unmask` may have something to do."""
    if text.isascii():
        return not text.replace("\n", "").isprintable()
    if _ANY_MASK.search(text):
        return True
    return any(map(text.__contains__, "\ufe0f\u200d\u200c")) and _STRAY.search(text) is not None


def _table(pairs: str) -> dict[int, str]:
    return {ord(pair[0]): pair[1:] for pair in pairs.split()}


# Letters nobody can tell from their Latin twins, lower case as the text already is.
_TWINS = _table(
    "аa еe ёe оo рp сc уy хx іi їi јj ѕs һh ԁd ԛq ԝw ӏl ѵv ґr үy ҽe οo αa ιi νv ρp υu ϲc ϳj κk"
    " օo ոn սu հh ցg զq յj ւl"
)
# What the other letters look like, small or capital, and what they sound like: people use either.
_LOOKS = _TWINS | _table(
    "вb гr зe иn йn кk мm нh пn тt цu шw щw яr ьb бb дd лn чy эe юio ыbi жx фo ъb ћh ђh џu љb њh"
    " әe өo ғf қk ңh ҳx ҡk"
    " βb γy δd εe ζz ηn θo λl μu ξe πn σo ςc τt φo χx ψw ωw"
)
_CAPITALS = _LOOKS | _table("λa δa ηh νn υy μm σs ωo πn вb нh γr дa лa иn яr эe зz")
_SOUNDS = _TWINS | _table(
    "аa бb вv гg дd еe ёyo жj зz иi йy кk лl мm нn оo пp рr сs тt уu фf хh цc чc шs щs ъ' ыy ь'"
    " эe юyu яya іi їyi єye ґg"
    " αa βb γg δd εe ζz ηi θt ιi κk λl μm νn ξx οo πp ρr σs ςs τt υu φf χh ψp ωo"
)


class _Readings(dict):
    """Latin reading of a styled character, worked out once; at most as many entries as `_STYLED` has."""

    def __missing__(self, code: int) -> str:
        self[code] = reading = _styled_reading(chr(code))
        return reading


_LETTER_NAME = re.compile(
    r"\bLETTER(?: [A-Z]{2,})*? ([A-Z]|AE|OE|SHARP S|ETH|ENG|THORN|SCHWA|ALPHA)(?: WITH .*)?$"
)
_LONG_NAMES = {"SHARP S": "ss", "ETH": "d", "ENG": "n", "THORN": "th", "SCHWA": "e", "ALPHA": "a"}


def _styled_reading(char: str) -> str:
    code = ord(char)
    if 0x1CCD6 <= code <= 0x1CCEF:  # outlined letters and digits, newer than the tables of Python 3.11
        return chr(code - 0x1CCD6 + ord("a"))
    if 0x1CCF0 <= code <= 0x1CCF9:
        return chr(code - 0x1CCF0 + ord("0"))
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", char)).lower().replace("\u2044", "/")
    if plain.isascii() and plain.strip():
        return plain.strip("()")
    name = unicodedata.name(char, "")
    found = _LETTER_NAME.search(name)
    if found and ("LATIN" in name or "MODIFIER LETTER" in name):
        letter = found.group(1)
        return _LONG_NAMES.get(letter, letter.lower())
    return char


_READINGS = _Readings()


def _plain(found: re.Match[str]) -> str:
    return _DRESS[ord(found.group())]


def undress(text: str) -> str:
    """`text` in lower case with plain dashes, quotes and spaces, letter for letter."""
    if text.isascii():
        return text.lower()
    text = text.replace("İ", "i").lower()  # the one letter that grows when lowered
    return _DRESSED.sub(_plain, text)


def unmask(text: str) -> tuple[str, list[list[Edit]]]:
    """Fold whatever in `text` is a letter in disguise; the passes of edits, in order."""
    passes: list[list[Edit]] = []
    for step in (_overrides, _turned, _styled, _invisible, _marks, _foreign, _digits, _flags):
        text, edits = step(text)
        if edits:
            passes.append(edits)
    return text, passes


def _overrides(text: str) -> tuple[str, list[Edit]]:
    """Text that a right-to-left override shows backwards, in the order it is read."""
    if "\u202e" not in text:
        return text, []
    return substitute(text, _OVERRIDE, lambda found: found.group(1)[::-1], aligned=False)


_UPSIDE_DOWN = re.compile(f"[a-z]*+[{_TURNED_ONLY}][a-z{_TURNED_ONLY}]*")
_HAS_TURNED = re.compile(f"[{_TURNED_ONLY}]")


def _turned(text: str) -> tuple[str, list[Edit]]:
    """Words written upside down, which are read from their end."""
    if not _HAS_TURNED.search(text):
        return text, []

    def replace(found: re.Match[str]) -> str | None:
        word = found.group()
        upright = word[::-1].translate(_TURNED)
        return upright if len(_HAS_TURNED.findall(word)) > 1 or known(upright) else None

    return substitute(text, _UPSIDE_DOWN, replace, aligned=False)


def _styled(text: str) -> tuple[str, list[Edit]]:
    return substitute(text, _STYLED, lambda found: found.group().translate(_READINGS))


def _invisible(text: str) -> tuple[str, list[Edit]]:
    return substitute(text, _INVISIBLE, lambda found: "")


def _marks(text: str) -> tuple[str, list[Edit]]:
    """Without accents, overlays and stacked clutter; other alphabets keep what composes with a letter."""

    def replace(found: re.Match[str]) -> str:
        marked = found.group()
        if marked[0].isascii():
            return marked[0]
        return _MARKS.sub("", unicodedata.normalize("NFC", marked))

    return substitute(text, _MARKED, replace)


def _digits(text: str) -> tuple[str, list[Edit]]:
    """Digits of another script beside Latin words; in their own script they stay."""

    def replace(found: re.Match[str]) -> str | None:
        start, end = found.span()
        if not _LATIN.search(text, max(0, start - 40), end + 40):
            return None
        return found.group().translate(_ARABIC_DIGITS)

    return substitute(text, _NATIVE, replace)


def _flags(text: str) -> tuple[str, list[Edit]]:
    pieces: Pieces = []
    for run in _REGIONAL.finditer(text):
        at = [i for i in range(*run.span()) if "\U0001f1e6" <= text[i] <= "\U0001f1ff"]
        spelled = "".join(chr(ord(text[i]) - 0x1F1E6 + ord("a")) for i in at)
        if len(spelled) > 3 and known(spelled):  # letters in boxes, not flags
            pieces.append((*run.span(), _spaced(text, *run.span(), spelled)))
            continue
        i = 0
        while i + 1 < len(at):
            name = FLAGS.get(spelled[i : i + 2])
            if name is None:
                i += 1
                continue
            start, end = at[i], at[i + 1] + 1
            before = pieces and pieces[-1][1] == start
            pieces.append((start, end, (" " if before else "") + _spaced(text, start, end, name)))
            i += 2
    return apply(text, pieces) if pieces else (text, [])


def _spaced(text: str, start: int, end: int, word: str) -> str:
    left = " " if text[start - 1 : start].isalnum() else ""
    right = " " if text[end : end + 1].isalnum() else ""
    return left + word + right


def _foreign(text: str) -> tuple[str, list[Edit]]:
    """Greek and Cyrillic letters inside Latin words, and words of twins that stand among Latin words."""
    if not _HAS_FOREIGN.search(text):
        return text, []
    runs = list(_RUN.finditer(text))
    pieces: Pieces = []
    waiting: list[re.Match[str]] = []  # words of twins whose neighbour on the right is still to come
    beside_latin: bool | None = None  # what stands before them; None is nothing on this line
    last_end = 0
    for run in runs:
        word = run.group()
        if "\n" in text[last_end : run.start()]:
            if beside_latin:
                pieces += _twins(waiting)
            waiting, beside_latin = [], None
        last_end = run.end()
        if not _HAS_FOREIGN.search(word):
            if not _LATIN.search(word):
                continue
            latin = True
        elif _LATIN.search(word):
            folded = _mixed(word)
            if folded != word:
                pieces.append((*run.span(), folded))
            latin = True
        elif len(word) >= 3 and _twin_reading(word) is not None:
            waiting.append(run)
            continue
        else:
            latin = False
        if latin and beside_latin is not False:
            pieces += _twins(waiting)
        waiting, beside_latin = [], latin
    if beside_latin:
        pieces += _twins(waiting)
    pieces.sort()
    return apply(text, pieces) if pieces else (text, [])


def _twins(runs: list[re.Match[str]]) -> Pieces:
    return [(*run.span(), reading) for run in runs if (reading := _twin_reading(run.group())) is not None]


def _twin_reading(word: str) -> str | None:
    """How a word without a Latin letter reads in Latin, or None when it is a word of its own alphabet."""
    reading = word.translate(_TWINS)
    if not _HAS_FOREIGN.search(reading):
        return reading
    for looks in (_LOOKS, _CAPITALS):
        reading = word.translate(looks)
        if not _HAS_FOREIGN.search(reading) and plain_reading(reading) in WATCH:
            return reading
    return None


def _mixed(word: str) -> str:
    """A word with letters of two alphabets, in Latin: what makes a known word, else what it looks like."""
    if sum(char.isalpha() for char in word) < 3:
        return word
    for looks in (_LOOKS, _CAPITALS, _SOUNDS):
        reading = word.translate(looks)
        if not _HAS_FOREIGN.search(reading) and known(plain_reading(reading) or ""):
            return reading
    for looks in (_LOOKS, _SOUNDS):
        reading = word.translate(looks)
        if not _HAS_FOREIGN.search(reading):
            return reading
    return word
