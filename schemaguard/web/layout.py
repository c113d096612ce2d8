"""Boxes in layers with lines between them: the layers are given, the order within each is found.

The middle steps of Sugiyama, Tagawa and Toda (1981): boxes are ordered by the barycentre of their neighbours, forth and
back, until nothing moves; what crosses least is kept. Layers need not be found here: what reads stands right of what is
read.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from schemaguard.frozen import dataclass

GAP_X, GAP_Y, TOP = 96.0, 22.0, 28.0
_PASSES = 8

Edges = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Box:
    """A box before it has its place."""

    id: str
    height: float


def ordered(layers: Sequence[Sequence[str]], edges: Edges) -> list[list[str]]:
    """The layers with their boxes in an order in which few lines cross; equal inputs give equal orders."""
    neighbours: dict[str, list[str]] = {}
    for start, end in edges:
        neighbours.setdefault(start, []).append(end)
        neighbours.setdefault(end, []).append(start)
    now = [list(layer) for layer in layers]
    best, fewest = [list(layer) for layer in now], crossings(now, edges)
    for turn in range(_PASSES):
        order = range(1, len(now)) if turn % 2 == 0 else range(len(now) - 2, -1, -1)
        for at in order:
            fixed = now[at - 1] if turn % 2 == 0 else now[at + 1]
            now[at] = _by_barycentre(now[at], fixed, neighbours)
        count = crossings(now, edges)
        if count < fewest:
            best, fewest = [list(layer) for layer in now], count
    return best


def _by_barycentre(layer: Sequence[str], fixed: Sequence[str], neighbours: Mapping[str, Sequence[str]]) -> list[str]:
    places = {each: place for place, each in enumerate(fixed)}

    def barycentre(item: tuple[int, str]) -> tuple[float, int]:
        place, each = item
        near = [places[one] for one in neighbours.get(each, ()) if one in places]
        return (sum(near) / len(near) if near else float(place), place)

    return [each for _, each in sorted(enumerate(layer), key=barycentre)]


def crossings(layers: Sequence[Sequence[str]], edges: Edges) -> int:
    """How many pairs of lines between neighbouring layers cross."""
    total = 0
    for left, right in pairwise(layers):
        at_left, at_right = ({each: place for place, each in enumerate(side)} for side in (left, right))
        between = [(at_left[a], at_right[b]) for a, b in edges if a in at_left and b in at_right]
        total += sum((a - c) * (b - d) < 0 for place, (a, b) in enumerate(between) for c, d in between[place + 1 :])
    return total


def placed(layers: Sequence[Sequence[Box]], width: float) -> tuple[dict[str, tuple[float, float]], float, float]:
    """(box → its left upper corner, width and height of the picture): each layer in the middle of the tallest."""
    heights = [sum(box.height for box in layer) + GAP_Y * max(len(layer) - 1, 0) for layer in layers]
    tallest = max(heights, default=0.0)
    corners: dict[str, tuple[float, float]] = {}
    for number, (layer, height) in enumerate(zip(layers, heights, strict=True)):
        y = TOP + (tallest - height) / 2
        for box in layer:
            corners[box.id] = (number * (width + GAP_X), y)
            y += box.height + GAP_Y
    return corners, len(layers) * width + max(len(layers) - 1, 0) * GAP_X, TOP + tallest + 8


def path(start: tuple[float, float], end: tuple[float, float]) -> str:
    """A line from the right edge of a box to the left edge of another."""
    (x, y), (to_x, to_y) = start, end
    bend = max((to_x - x) / 2, 24.0)
    return f"M{x:.0f} {y:.0f}C{x + bend:.0f} {y:.0f} {to_x - bend:.0f} {to_y:.0f} {to_x - 3:.0f} {to_y:.0f}"
