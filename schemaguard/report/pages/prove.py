"""Certificates as one HTML page that needs nothing else: no script, and its only style is named by its digest."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any

from schemaguard import __version__
from schemaguard.errors import UsageError
from schemaguard.proving.certificate import Certificate, ProofPart
from schemaguard.report.prove import summary_of

_LOOKS = {"proven": "proven", "refuted": "refuted", "not covered": "uncovered"}
_LEFT, _WIDTH = 170, 450
"""Where the bars of a timeline begin, and how long all of them are together."""


def proof_page(found: Sequence[Certificate], signer: str | None) -> str:
    """The page. UsageError where what writes pages isn't installed."""
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
        from markupsafe import Markup
    except ImportError as error:
        raise UsageError("what writes pages isn't installed", next="pip install 'schemaguard-ml[web]'") from error
    style = (files(__package__) / "templates" / "proof.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = Environment(
        loader=PackageLoader("schemaguard.report.pages", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("proof.html").render(
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        style=Markup(style),  # noqa: S704 - our own file
        title=found[0].revision if len(found) == 1 else f"{len(found)} revisions",
        summary=summary_of(found),
        server=found[0].postgresql.split()[0] if found else "",
        version=__version__,
        signer=signer,
        certificates=[
            {"said": one.document(), "look": _LOOKS[one.outcome], "bars": list(_bars(one.timeline))} for one in found
        ],
    )


def _bars(timeline: Sequence[ProofPart]) -> Iterator[dict[str, Any]]:
    whole = sum(moment.ms for moment in timeline) or 1.0
    at = float(_LEFT)
    for moment in timeline:
        width = max(moment.ms / whole * _WIDTH, 1.0)
        yield {
            "what": moment.what,
            "ms": f"{moment.ms:,.1f} ms",
            "x": round(at, 1),
            "width": round(width, 1),
            "label": round(at + width + 6, 1),
        }
        at += width
