"""Pages as a reader meets them: their text, and what runs out of the page or over its neighbour."""

from __future__ import annotations

from dataclasses import dataclass

import pypdfium2


@dataclass(frozen=True)
class Pages:
    """What a PDF shows."""

    texts: tuple[str, ...]
    outside: tuple[str, ...]  #: signs that leave the margins
    overlapping: tuple[str, ...]  #: pairs of signs that lie on each other

    @property
    def text(self) -> str:
        """Everything, spaces and line breaks made one."""
        return " ".join(" ".join(self.texts).split())


def read(data: bytes, *, margin: float = 12 * 72 / 25.4) -> Pages:
    """Read a PDF. `margin` in points: nothing may stand nearer to the edge."""
    document = pypdfium2.PdfDocument(data)
    texts, outside, overlapping = [], [], []
    for number, page in enumerate(document, start=1):
        width, height = page.get_size()
        content = page.get_textpage()
        texts.append(content.get_text_bounded())
        boxes = []
        for index in range(content.count_chars()):
            sign = content.get_text_range(index, 1)
            left, bottom, right, top = content.get_charbox(index)
            if not sign.strip() or right <= left:
                continue
            if left < margin or bottom < margin or right > width - margin or top > height - margin:
                outside.append(f"page {number}: {sign!r} at {left:.0f}, {bottom:.0f}")
            boxes.append((left, bottom, right, top, sign))
        overlapping += [f"page {number}: {pair}" for pair in _on_each_other(boxes)]
    return Pages(tuple(texts), tuple(outside), tuple(overlapping))


def _on_each_other(boxes: list[tuple[float, float, float, float, str]]) -> list[str]:
    """Signs whose middles lie in another sign: two texts set over each other."""
    cells: dict[tuple[int, int], list[int]] = {}
    for index, (left, bottom, right, top, _) in enumerate(boxes):
        cells.setdefault((int((left + right) / 40), int((bottom + top) / 40)), []).append(index)
    found = []
    for members in cells.values():
        for place, one in enumerate(members):
            for other in members[place + 1 :]:
                a, b = boxes[one], boxes[other]
                wide = min(a[2], b[2]) - max(a[0], b[0])
                high = min(a[3], b[3]) - max(a[1], b[1])
                if wide > 0.5 * min(a[2] - a[0], b[2] - b[0]) and high > 0.5 * min(a[3] - a[1], b[3] - b[1]):
                    found.append(a[4] + b[4])
    return found
