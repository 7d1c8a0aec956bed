"""A text of unknown origin as a person may look at it."""

from __future__ import annotations

# A terminal obeys control characters, a page drops them, and bidirectional marks reorder what a reviewer
# reads; all of them come with hostile posts. One character for one keeps every offset true.
_SHOWN = {code: 0x2400 + code for code in range(32) if chr(code) not in "\n\t"}
_SHOWN |= dict.fromkeys([*range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], 0xFFFD)
_SHOWN |= dict.fromkeys((0x061C, 0x200E, 0x200F), 0xFFFD)
_SHOWN |= dict.fromkeys((0xFFFE, 0xFFFF), 0xFFFD)  # no picture of a text may hold these
_SHOWN |= dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)  # halves of pairs, which no encoding can write


def shown(text: str) -> str:
    """`text` as it may be sent to a terminal or a page: control characters visible, of the same length."""
    return text.translate(_SHOWN)
