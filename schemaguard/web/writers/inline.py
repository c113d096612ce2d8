"""Words as HTML and as plain text."""

from datetime import UTC, datetime
from typing import assert_never

from markupsafe import Markup, escape

from schemaguard.web.blocks import Chip, Inline, Mark, PointInTime, Sign, Span, TerminalCommand, Words
from schemaguard.web.writers.links import Links

_CHIPS = {"": "chip", "solid": "chip solid", "tint": "chip role accent", "dash": "chip dash"}
_BREAKS = (".", "_", "@", "/")


def html(said: Words, links: Links, now: datetime) -> Markup:
    """Words as HTML; every text is escaped."""
    return Markup("").join(_html(each, links, now) for each in said)


def _html(each: Inline, links: Links, now: datetime) -> Markup:
    match each:
        case Span():
            return _span(each, links)
        case Mark():
            return Markup('<span class="mark {}">{}{}</span>').format(each.role, icon(each.sign), each.text)
        case Chip():
            return Markup('<span class="{}">{}</span>').format(_CHIPS[each.look], each.text)
        case PointInTime():
            return _moment(each, now)
        case TerminalCommand():
            return Markup('<code class="cmd"><span>{}</span></code>').format(each.text)
        case _:
            assert_never(each)


def _span(each: Span, links: Links) -> Markup:
    text = breakable(each.text) if each.look in ("name", "type") else escape(each.text)
    if each.to is not None:
        kind = Markup(' class="m"') if each.look == "name" else Markup("")
        inside = Markup("<b>{}</b>").format(text) if each.look == "bold" else text
        return Markup('<a{} href="{}">{}</a>').format(kind, links.page(each.to), inside)
    match each.look:
        case "":
            return text
        case "bold":
            return Markup("<b>{}</b>").format(text)
        case "name":
            return Markup('<span class="m">{}</span>').format(text)
        case "type":
            return Markup('<span class="type">{}</span>').format(text)
        case "quiet":
            return Markup('<span class="quiet">{}</span>').format(text)


def breakable(text: str) -> Markup:
    """A name with places at which a line may end."""
    made = escape(text)
    for mark in _BREAKS:
        made = made.replace(mark, Markup("{}<wbr>").format(mark))
    return made


def icon(sign: Sign) -> Markup:
    """A shape."""
    return Markup('<svg viewBox="0 0 16 16" aria-hidden="true"><use href="#m-{}"/></svg>').format(sign)


def _moment(each: PointInTime, now: datetime) -> Markup:
    exact, iso = exactly(each.at), each.at.astimezone(UTC).isoformat(timespec="seconds")
    if each.form == "both":
        day = Markup('<time datetime="{}" title="{}">{}</time>').format(iso, exact, day_of(each.at, now))
        relative = Markup('<time datetime="{}" title="{}" data-rel>{}</time>').format(iso, exact, away(each.at, now))
        return Markup('{} <span class="quiet">· {}</span>').format(day, relative)
    mark = Markup(" data-rel") if each.form == "relative" else Markup("")
    shown = moment_text(each, now)
    return Markup('<time datetime="{}" title="{}"{}>{}</time>').format(iso, exact, mark, shown)


def moment_text(each: PointInTime, now: datetime) -> str:
    """A time as a reader sees it."""
    match each.form:
        case "day":
            return day_of(each.at, now)
        case "relative":
            return away(each.at, now)
        case "exact":
            return exactly(each.at)
        case "clock":
            return f"{each.at.astimezone(UTC):%H:%M:%S}"
        case "both":
            return f"{day_of(each.at, now)} · {away(each.at, now)}"


def day_of(at: datetime, now: datetime) -> str:
    """`11 Dec`, with its year where that is another one than now and over half a year away."""
    moment = at.astimezone(UTC)
    is_near = moment.year == now.year or abs((moment - now).days) < 183
    return f"{moment.day} {moment:%b}" if is_near else f"{moment.day} {moment:%b %Y}"


def exactly(at: datetime) -> str:
    """A time to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def away(at: datetime, now: datetime) -> str:
    """`in 12 days`, `3 h ago`."""
    seconds = (at - now).total_seconds()
    said = _rough(abs(seconds))
    return f"{said} ago" if seconds < 0 else f"in {said}"


def _rough(seconds: float) -> str:
    for limit, unit, name in ((90, 1, "s"), (5400, 60, "min"), (129600, 3600, "h")):
        if seconds < limit:
            return f"{round(seconds / unit)} {name}"
    days = round(seconds / 86400)
    return f"{days} day" if days == 1 else f"{days} days"


def plain(said: Words, now: datetime) -> str:
    """Words as a reader of a text sees them."""
    return "".join(_plain(each, now) for each in said)


def _plain(each: Inline, now: datetime) -> str:
    match each:
        case PointInTime():
            return moment_text(each, now)
        case Span() | Mark() | Chip() | TerminalCommand():
            return each.text
        case _:
            assert_never(each)
