"""Release windows on one scale, in percent of the picture: when a version served, and until when it must hold."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from schemaguard.ledger.entry import Entry
from schemaguard.registry.listing import ListedContract
from schemaguard.web import wording
from schemaguard.web.blocks import Bar, WindowChart, WindowLane, words

_BACK = timedelta(days=42)
_AHEAD = timedelta(days=28)
_TICK = timedelta(days=14)

Intervals = Mapping[tuple[str, str], Sequence[tuple[datetime, datetime | None]]]
"""(model, version) → when it served; an end None: it still does."""


def serving(entries: Iterable[Entry]) -> dict[tuple[str, str], list[tuple[datetime, datetime | None]]]:
    """When which version served, by the switches in the ledger."""
    found: dict[tuple[str, str], list[tuple[datetime, datetime | None]]] = {}
    now: dict[str, tuple[str, datetime]] = {}
    for entry in entries:
        if entry.event != "pointer-switched" or entry.model is None:
            continue
        if before := now.pop(entry.model, None):
            found.setdefault((entry.model, before[0]), []).append((before[1], entry.at))
        now[entry.model] = (str(entry.payload["to"]), entry.at)
    for model, (version, since) in now.items():
        found.setdefault((model, version), []).append((since, None))
    return found


def in_order(listed: Iterable[ListedContract], at: datetime) -> list[ListedContract]:
    """Those in their window: what ends next first, then what has no end."""
    inside = [each for each in listed if each.is_in_window(at)]
    return sorted(inside, key=lambda each: (each.until is None, each.until or at, each.name))


def chart(
    shown: Sequence[ListedContract], at: datetime, intervals: Intervals, percents: Mapping[str, int]
) -> WindowChart:
    """The windows of these versions; `percents` are the canaries' shares by model."""
    start, end = at - _BACK, at + _AHEAD
    scale = _Scale(start, end)
    ticks = []
    tick = datetime(start.year, start.month, start.day, tzinfo=UTC) + timedelta(days=1)
    while tick < end:
        ticks.append((scale.place(tick), f"{tick.day} {tick:%b}"))
        tick += _TICK
    lanes = tuple(_lane(each, at, scale, intervals, percents) for each in shown)
    return WindowChart(lanes, tuple(ticks), scale.place(at))


class _Scale:
    def __init__(self, start: datetime, end: datetime) -> None:
        self.start, self.end = start, end

    def place(self, moment: datetime) -> float:
        """Where a moment is, in percent; what is outside stands at the edge."""
        share = (moment - self.start) / (self.end - self.start)
        return round(min(max(share, 0.0), 1.0) * 100, 2)


def _lane(
    each: ListedContract, at: datetime, scale: _Scale, intervals: Intervals, percents: Mapping[str, int]
) -> WindowLane:
    model = each.contract.model
    served = intervals.get((model, each.version), ())
    bars = tuple(_bars(each, at, scale, served))
    percent = percents.get(model, 0) if each.standing == "canary" else 0
    return WindowLane(
        who=(wording.version(each),),
        role=(wording.chip(each.standing, percent),),
        bars=bars,
        label=_label(each, served),
        ends=words(*wording.ends(each, at)),
    )


def _bars(
    each: ListedContract, at: datetime, scale: _Scale, served: Sequence[tuple[datetime, datetime | None]]
) -> Iterable[Bar]:
    until = each.until
    goes_on = until is None or until > scale.end
    last = scale.place(until) if until is not None else 100.0
    if each.standing in ("active", "superseded", "fallback") and served:
        for place, (since, ended) in enumerate(served):
            is_last = ended is None
            stop = 100.0 if is_last else scale.place(ended or at)
            yield Bar("serve", scale.place(since), stop, is_last)
            if ended is None:
                return
            following = served[place + 1][0] if place + 1 < len(served) else None
            stop = scale.place(following) if following is not None else last
            yield Bar("window", scale.place(ended), stop, following is None and goes_on)
        return
    looks = {"active": "serve", "canary": "canary", "superseded": "window", "fallback": "window"}
    start = 0.0 if each.contract.available_from is None else scale.place(_midnight(each))
    look = looks.get(each.standing, "cons")
    if look == "canary":
        start = scale.place(at)
    yield Bar(look, start, max(last, start), goes_on)  # type: ignore[arg-type]  # the looks above are its own words


def _midnight(each: ListedContract) -> datetime:
    day = each.contract.available_from
    assert day is not None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _label(each: ListedContract, served: Sequence[tuple[datetime, datetime | None]]) -> str:
    """The lane for whoever can't see it."""
    said = [f"{each.name}, {each.standing}"]
    for since, ended in served:
        said.append(f"served {since:%-d %B} to {ended:%-d %B}" if ended else f"serves since {since:%-d %B}")
    said.append(f"its window ends {wording.last_day(each.until):%-d %B %Y}" if each.until else "no end")
    return ", ".join(said)
