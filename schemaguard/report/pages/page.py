"""A page that needs nothing else: no script, and its only style is named by its digest."""

import base64
import hashlib
from importlib.resources import files
from typing import Any

from schemaguard import __version__
from schemaguard.errors import UsageError


def page(template: str, **values: Any) -> str:
    """The page of a template and its values. UsageError where what writes pages isn't installed."""
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
    return environment.get_template(template).render(
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        style=Markup(style),  # noqa: S704 - our own file
        version=__version__,
        **values,
    )
