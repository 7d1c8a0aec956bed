"""Routes on a map of Southeast Asia: land from the package, places from the gazetteer, no tiles."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from reportlab.graphics.shapes import Circle, Drawing, Group, Line, Path, Polygon, PolyLine, Rect
from reportlab.lib.colors import HexColor, white

from ..knowledge.places import Place
from ..knowledge.rules import data_folder
from .bulletin import Bulletin, place_of_key
from .figures import SMALL, width_of
from .figures import text as label
from .paper import ACCENT, BOLD, INK, MUTED, REGULAR, WARM
from .phrases import Phrases
from .suppress import Hidden, Shown
from .telling import told_as

WEST, EAST, SOUTH, NORTH = 93.0, 141.4, -11.2, 22.9
_SEA, _LAND, _HOME, _COAST = map(HexColor, ("#eaf0f3", "#ffffff", "#e3ded2", "#a9b4bc"))
_EDGE = 7.0  # points between the frame and what points out of it
_POINT = tuple[float, float]


@lru_cache(maxsize=1)
def _outlines() -> dict[str, list[list[list[float]]]]:
    data: dict[str, Any] = json.loads((data_folder() / "coast.json").read_text(encoding="utf-8"))
    return {"land": data["land"], "borders": data["borders"]}


def route_map(bulletin: Bulletin, words: Phrases, width: float) -> Drawing | None:
    """Destinations and routes; None where no destination is named."""
    if not bulletin.destinations and not bulletin.routes:
        return None
    scale = width / (EAST - WEST)
    height = (NORTH - SOUTH) * scale
    drawing = Drawing(width, height)

    def at(lon: float, lat: float) -> _POINT:
        return (lon - WEST) * scale, (lat - SOUTH) * scale

    _ground(drawing, at, width, height)
    home, home_key = _spot(bulletin.province, at), str(bulletin.province.province)
    ends: dict[str, tuple[_POINT, Shown | None]] = {home_key: (home, None)}
    for row in bulletin.destinations:
        ends[row.id] = (_within(home, _spot(place_of_key(row.id), at), width, height), row.count)
    starts: dict[str, _POINT] = {}
    for route in bulletin.routes:
        start = starts[str(route.origin.province)] = _spot(route.origin, at)
        key = route.destination.province or str(route.destination.country)
        end = _within(start, _spot(route.destination, at), width, height)
        _arc(drawing, start, ends.setdefault(key, (end, None))[0], route.count)
    names = []
    for key, (point, count) in ends.items():
        said = words.place(place_of_key(key))
        names.append(
            (
                point,
                said if count is None else f"{said} {told_as(count, words)}",
                BOLD if key == home_key else REGULAR,
            )
        )
        if key != home_key:
            _mark(drawing, point, count)
    for key, point in starts.items():
        if key not in ends:
            drawing.add(Circle(*point, 2.4, fillColor=MUTED, strokeColor=white, strokeWidth=0.8))
            names.append((point, words.place(place_of_key(key)), REGULAR))
    drawing.add(Circle(*home, 4.4, fillColor=ACCENT, strokeColor=white, strokeWidth=1.2))
    taken = [(point[0] - 4, point[1] - 4, point[0] + 4, point[1] + 4) for point, _, _ in names]
    for point, said, font in names:
        _name(drawing, point, said, font, taken, width, height)
    drawing.add(Rect(0, 0, width, height, fillColor=None, strokeColor=_COAST, strokeWidth=0.8))
    return drawing


def _spot(place: Place, at: Any) -> _POINT:
    assert place.lat is not None and place.lon is not None  # only such places are counted
    point: _POINT = at(place.lon, place.lat)
    return point


def _ground(drawing: Drawing, at: Any, width: float, height: float) -> None:
    drawing.add(Rect(0, 0, width, height, fillColor=_SEA, strokeColor=None))
    for lon in range(100, 141, 10):
        x, _ = at(lon, 0)
        drawing.add(Line(x, 0, x, height, strokeColor=white, strokeWidth=0.7))
    for lat in range(-10, 21, 10):
        _, y = at(0, lat)
        drawing.add(Line(0, y, width, y, strokeColor=white, strokeWidth=0.7))
    for ring in _outlines()["land"]:
        cut = _clipped([at(*point) for point in ring], width, height)
        if len(cut) > 2:
            flat = [value for point in cut for value in point]
            drawing.add(Polygon(flat, fillColor=_LAND, strokeColor=_COAST, strokeWidth=0.5))
    for line in _outlines()["borders"]:
        run: list[float] = []
        for point in [at(*each) for each in line] + [(-1.0, -1.0)]:
            if 0 <= point[0] <= width and 0 <= point[1] <= height:
                run += point
            else:
                if len(run) >= 4:
                    dashes = {"strokeDashArray": (1.5, 1.5), "fillColor": None}
                    drawing.add(PolyLine(run, strokeColor=_COAST, strokeWidth=0.5, **dashes))
                run = []


def _clipped(ring: Sequence[_POINT], width: float, height: float) -> list[_POINT]:
    """A polygon cut to the frame.

    References
    ----------
    Sutherland and Hodgman (1974), Comm. ACM 17(1), 32-42.
    """
    points = list(ring)
    for axis, bound, sign in ((0, 0.0, 1), (0, width, -1), (1, 0.0, 1), (1, height, -1)):
        out: list[_POINT] = []
        for here, there in zip(points, points[1:] + points[:1], strict=True):
            a, b = sign * (here[axis] - bound), sign * (there[axis] - bound)
            if a >= 0:
                out.append(here)
            if (a >= 0) != (b >= 0):
                part = a / (a - b)
                out.append((here[0] + part * (there[0] - here[0]), here[1] + part * (there[1] - here[1])))
        points = out
        if not points:
            break
    return points


def _within(start: _POINT, end: _POINT, width: float, height: float) -> _POINT:
    """`end`, or where the way to it leaves the frame."""
    part = 1.0
    for axis, most in ((0, width), (1, height)):
        step = end[axis] - start[axis]
        for bound in (_EDGE, most - _EDGE):
            if step and (end[axis] - bound) * (1 if bound == _EDGE else -1) < 0:
                part = min(part, max(0.0, (bound - start[axis]) / step))
    return start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1])


def _arc(drawing: Drawing, start: _POINT, end: _POINT, count: Shown) -> None:
    """A bowed arrow: wider for more, dashed where the count is not told."""
    across, along = end[0] - start[0], end[1] - start[1]
    length = math.hypot(across, along) or 1.0
    bow = min(26.0, length * 0.18)
    middle = (start[0] + end[0]) / 2 - along / length * bow, (start[1] + end[1]) / 2 + across / length * bow
    path = Path(strokeColor=WARM, fillColor=None, strokeWidth=_weight(count), strokeLineCap=1)
    if isinstance(count, Hidden):
        path.strokeDashArray = (3, 2.5)
    path.moveTo(*start)
    first = (start[0] + 2 * middle[0]) / 3, (start[1] + 2 * middle[1]) / 3
    second = (end[0] + 2 * middle[0]) / 3, (end[1] + 2 * middle[1]) / 3
    path.curveTo(*first, *second, *end)
    drawing.add(path)
    turn = math.atan2(end[1] - middle[1], end[0] - middle[0])
    tip = end[0] - 5 * math.cos(turn), end[1] - 5 * math.sin(turn)
    flat: list[float] = [*tip]
    for side in (0.42, -0.42):
        flat += [tip[0] - 8 * math.cos(turn + side), tip[1] - 8 * math.sin(turn + side)]
    drawing.add(Polygon(flat, fillColor=WARM, strokeColor=None))


def _weight(count: Shown) -> float:
    return 0.9 if isinstance(count, Hidden) else min(3.4, 1.0 + math.sqrt(count) / 3)


def _mark(drawing: Drawing, point: _POINT, count: Shown | None) -> None:
    """A disc whose area grows with the count; a ring where the count is not told."""
    if count is None or isinstance(count, Hidden):
        drawing.add(Circle(*point, 3, fillColor=white, strokeColor=WARM, strokeWidth=1.1))
        return
    radius = min(9.0, 2.4 + 0.75 * math.sqrt(count))
    drawing.add(Circle(*point, radius, fillColor=WARM, strokeColor=white, strokeWidth=1, fillOpacity=0.88))


def _name(
    drawing: Drawing, point: _POINT, said: str, font: str, taken: list[tuple[float, float, float, float]],
    width: float, height: float,
) -> None:  # fmt: skip
    """A label beside its point, where it lies on nothing else; on a plate of its own."""
    wide, tall = width_of(said, SMALL, font) + 4, SMALL + 3
    best, least = (0.0, 0.0, 0.0, 0.0), math.inf
    for reach in (5.0, 12.0, 22.0):
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)):
            x = point[0] + dx * reach - (wide if dx < 0 else wide / 2 if dx == 0 else 0)
            y = point[1] + dy * reach - (tall if dy < 0 else tall / 2 if dy == 0 else 0)
            x, y = min(max(x, 2), width - wide - 2), min(max(y, 2), height - tall - 2)
            box = (x, y, x + wide, y + tall)
            cost = sum(_common(box, other) for other in taken) + reach * 0.02
            if cost < least - 1e-9:
                best, least = box, cost
    taken.append(best)
    plate = Group(Rect(best[0], best[1], wide, tall, fillColor=white, strokeColor=None, fillOpacity=0.82))
    drawing.add(plate)
    drawing.add(label(best[0] + 2, best[1] + 2.8, said, font=font, color=INK))


def _common(one: Sequence[float], other: Sequence[float]) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[1], other[1])
    return wide * tall if wide > 0 and tall > 0 else 0.0
