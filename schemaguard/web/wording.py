"""Words that several pages share: who, in which role, until when, and whether it fits."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from schemaguard.catalog.objects import Name
from schemaguard.contracts.compatibility.fitness import Fitness
from schemaguard.contracts.contract import Promise
from schemaguard.registry.listing import RETIRED, UNPUBLISHED, ListedContract, Shared, names
from schemaguard.report.check.readers import without_end
from schemaguard.report.check.sentences import plural
from schemaguard.report.visible import visible
from schemaguard.web import addresses
from schemaguard.web.blocks import Chip, Inline, Look, Mark, PointInTime, Span, Words, words

FITS = Mark("ok", "fits", "ok")
BREAKS = Mark("breaks", "breaks", "breaks")
UNPROVEN = Mark("unknown", "not known", "unknown")
EARLY = Mark("plain", "too early", "next")
_FEW = 4
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def name(text: str, to: str | None = None) -> Span:
    """A name out of a database or a file."""
    return Span(visible(text), "name", to)


def quiet(text: str) -> Span:
    """Words that matter less."""
    return Span(text, "quiet")


def bold(text: str) -> Span:
    """Words that matter more."""
    return Span(text, "bold")


def number(count: int, noun: str, several: str | None = None) -> str:
    """`three contracts`, `12 contracts`: small numbers as words."""
    said = _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"
    return f"{said} {noun if count == 1 else several or f'{noun}s'}"


def all_of(count: int, noun: str) -> str:
    """`the one contract`, `both contracts`, `all three contracts`."""
    match count:
        case 0:
            return f"no {noun}"
        case 1:
            return f"the one {noun}"
        case 2:
            return f"both {noun}s"
        case _:
            return f"all {number(count, noun)}"


def version(each: ListedContract, look: Look = "name") -> Span:
    """A version such as `fraud@7`, leading to its contract."""
    return Span(visible(each.name), look, addresses.contract(each.contract.model, each.version))


def who(versions: Sequence[ListedContract]) -> Span:
    """Versions of one model together, leading to the contract of the first."""
    first = versions[0]
    return Span(visible(names(versions)), "name", addresses.contract(first.contract.model, first.version))


def sharers(each: Shared) -> Span:
    """Those who share a contract."""
    return who(each.versions)


def sharers_of(contracts: Sequence[Shared]) -> Words:
    """The first few of those who share contracts, and how many more there are."""
    if len(contracts) <= _FEW:
        return series([sharers(each) for each in contracts])
    shown = [sharers(each) for each in contracts[: _FEW - 1]]
    parts = [part for each in shown for part in (each, Span(", "))][:-1]
    return (*parts, Span(f" and {len(contracts) - _FEW + 1} more"))


def series(items: Sequence[Inline], joint: str = "and") -> Words:
    """`a`, `a and b`, `a, b and c`; of many, the first few and how many more."""
    shown = list(items) if len(items) <= _FEW else [*items[: _FEW - 1], Span(f"{len(items) - _FEW + 1} more")]
    found: list[Inline] = []
    for place, item in enumerate(shown):
        if place:
            found.append(Span(f" {joint} " if place == len(shown) - 1 else ", "))
        found.append(item)
    return tuple(found)


def table(named: Name) -> Span:
    """A table, leading to its page."""
    return name(str(named), addresses.table(named))


def column(named: Name, of: str) -> Span:
    """A column, leading to its page."""
    return name(f"{named}.{of}", addresses.column(named, of))


def chip(role: str, percent: int = 0) -> Chip:
    """A role in the release window."""
    match role:
        case "active":
            return Chip("active", "solid")
        case "canary":
            return Chip(f"canary {percent} %" if percent else "canary", "tint")
        case "consumer":
            return Chip("consumer", "dash")
        case "unpublished":
            return Chip("not released", "dash")
        case _:
            return Chip(role)


def last_day(until: datetime) -> datetime:
    """The last moment of a window: one that ends at midnight ends with the day before."""
    return until - timedelta(microseconds=1)


def ends(each: ListedContract, at: datetime) -> Words:
    """Until when a version's contract must hold."""
    if each.standing in (UNPUBLISHED, RETIRED):
        return (quiet("–"),)
    if each.until is None:
        return (quiet(without_end(each.standing).removeprefix("until ")),)
    if each.until <= at:
        return words(quiet("over since "), PointInTime(last_day(each.until), "day"))
    return (PointInTime(last_day(each.until), "both"),)


def fit(found: Fitness | None, *, with_cause: bool = True) -> Words:
    """Whether the tables satisfy a contract, with the first cause."""
    if found is None:
        return words(UNPROVEN, *([quiet(" no tables were read")] if with_cause else []))
    match found.verdict:
        case "fits":
            return (FITS,)
        case "breaks":
            cause = f" {visible(found.breaks[0].message)}{more_of(len(found.breaks))}"
            return words(BREAKS, *([Span(cause)] if with_cause else []))
        case _:
            cause = f" {visible(found.unproven[0])}{more_of(len(found.unproven))}"
            return words(UNPROVEN, *([Span(cause)] if with_cause else []))


def more_of(count: int) -> str:
    """How many besides the one that was said."""
    return f" and {plural(count - 1, 'other')}" if count > 1 else ""


def cause(found: Fitness) -> str:
    """Why it doesn't fit, or can't be shown to."""
    if found.breaks:
        return f"{visible(found.breaks[0].message)}{more_of(len(found.breaks))}"
    return f"{visible(found.unproven[0])}{more_of(len(found.unproven))}"


def promised(each: Promise) -> str:
    """What is promised of a column besides its type."""
    said = [each.in_words] if each.in_words else []
    return visible(", ".join(said if each.required else ["may be null", *said]))


def size(count: int | None) -> str:
    """About how many bytes."""
    if count is None:
        return "–"
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.3g} {unit}" if unit != "B" else f"{count} B"
        value /= 1000
    return f"{value:.3g} TB"


def seconds(value: float) -> str:
    """A duration as people say it."""
    if value < 1:
        return f"{value * 1000:.0f} ms"
    if value < 90:
        return f"{value:.3g} s"
    if value < 5400:
        return f"{value / 60:.0f} min"
    return f"{value / 3600:.0f} h" if value < 129600 else f"{value / 86400:.0f} days"


def joined(texts: Iterable[str]) -> str:
    """Texts with commas."""
    return ", ".join(texts)
