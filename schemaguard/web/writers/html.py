"""A page as HTML: templates for its blocks, every text escaped, nothing inline that a strict policy would refuse."""

from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from schemaguard import __version__
from schemaguard.web import addresses
from schemaguard.web.blocks import Page, PointInTime, Words
from schemaguard.web.writers import inline
from schemaguard.web.writers.links import Links

NAVIGATION = (
    ("Overview", addresses.OVERVIEW),
    ("Models", addresses.MODELS),
    ("Tables", addresses.TABLES),
    ("Lineage", addresses.LINEAGE),
    ("Matrix", addresses.MATRIX),
    ("Migrations", addresses.MIGRATIONS),
    ("Operations", addresses.OPERATIONS),
    ("Ledger", addresses.LEDGER),
)
STYLES = ("tokens.css", "frame.css", "blocks.css", "pictures.css", "narrow.css")
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'none'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_IN_PAGE = POLICY.replace("; frame-ancestors 'none'", "")
"""What a page can say of itself; who may frame it only a server can."""
_FILTERED = 15
"""From so many rows on a table can be filtered."""


def write(page: Page, links: Links, environment: str, at: datetime, source: str) -> str:
    """The page as one HTML document. `at` is when its data was read, `source` where."""
    template = _environment().get_template("page.html")
    return template.render(
        page=page,
        links=links,
        environment=environment,
        at=at,
        source=source,
        navigation=NAVIGATION,
        styles=STYLES,
        policy=_IN_PAGE if links.is_static else "",
        version=__version__,
        search=addresses.SEARCH,
        say=_Said(links, at),
    )


class _Said:
    """What templates write words with."""

    def __init__(self, links: Links, now: datetime) -> None:
        self._links, self._now = links, now

    def __call__(self, said: Words) -> Markup:
        """Words as HTML."""
        return inline.html(said, self._links, self._now)

    def plain(self, said: Words) -> str:
        """Words as text, for what can't hold HTML."""
        return inline.plain(said, self._now)

    def moment(self, at: datetime, form: Any) -> Markup:
        """A time."""
        return inline.html((PointInTime(at, form),), self._links, self._now)

    def exactly(self, at: datetime) -> str:
        """A time to the second."""
        return inline.exactly(at)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("schemaguard.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["kind"] = lambda value: type(value).__name__
    made.filters["icon"] = inline.icon
    made.filters["marked"] = _marked
    made.filters["breakable"] = inline.breakable
    made.tests["long"] = lambda grid: grid.size >= _FILTERED
    return made


def _marked(text: str, spans: tuple[tuple[int, int], ...]) -> Markup:
    """A text with some of its parts marked."""
    made, at = Markup(""), 0
    for start, end in spans:
        if start >= at:
            made += Markup("{}<mark>{}</mark>").format(text[at:start], text[start:end])
            at = end
    return made + text[at:]
