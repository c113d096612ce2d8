"""The application: an address to a page, a page to HTML, JSON or Markdown."""

import logging
import uuid
from importlib.resources import files
from pathlib import PurePosixPath

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse

from schemaguard import __version__
from schemaguard.commands.serve import Snapshot
from schemaguard.errors import SchemaguardError
from schemaguard.report.visible import visible
from schemaguard.web import api, sitemap
from schemaguard.web.answers import answer
from schemaguard.web.blocks import Page, words
from schemaguard.web.kept import WrittenPage, WrittenPages
from schemaguard.web.metrics import exposition
from schemaguard.web.security import Gate
from schemaguard.web.shelf import Shelf
from schemaguard.web.writers import data, html, markdown
from schemaguard.web.writers.links import ServedLinks

_LOG = logging.getLogger("schemaguard.web")
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_SUMMARY = "Who reads and writes which tables, until when, and what happened: the contract registry, read-only."
_FRESH = {"cache-control": "no-store"}
_KEPT = {"cache-control": "max-age=3600"}
_METHODS = ["GET", "HEAD"]


def make_app(shelf: Shelf, *, token: str | None = None, local_only: bool = True, root: str = "") -> Gate:
    """The registry over a shelf. `root` is what a proxy has before every address."""
    app = FastAPI(
        title="schemaguard",
        version=__version__,
        summary=_SUMMARY,
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{api.ROOT}/openapi.json",
    )
    app.include_router(api.router(shelf))
    assets = _assets()
    links, pages = ServedLinks(root.rstrip("/")), WrittenPages()

    @app.api_route("/healthz", methods=_METHODS, include_in_schema=False)
    def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok\n", headers=_FRESH)

    @app.api_route("/readyz", methods=_METHODS, include_in_schema=False)
    def readyz() -> PlainTextResponse:
        is_ready = _is_ready(shelf)
        return PlainTextResponse("ready\n" if is_ready else "not ready\n", 200 if is_ready else 503, headers=_FRESH)

    @app.api_route("/metrics", methods=_METHODS, include_in_schema=False)
    def metrics() -> PlainTextResponse:
        kind = "text/plain; version=0.0.4; charset=utf-8"
        return PlainTextResponse(exposition(shelf.snapshot()), headers=_FRESH, media_type=kind)

    @app.api_route("/assets/{name}", methods=_METHODS, include_in_schema=False)
    def asset(name: str) -> Response:
        found = assets.get(name)
        if found is None:
            return PlainTextResponse("there is no such file\n", 404)
        return Response(found, media_type=_TYPES[PurePosixPath(name).suffix], headers=_KEPT)

    @app.api_route("/{path:path}", methods=_METHODS, include_in_schema=False)
    def page(path: str, q: str = "") -> Response:
        address, form = _form_of(f"/{path}")
        try:
            snapshot = shelf.snapshot()
        except SchemaguardError as error:
            return _error(error, form, links)

        def write() -> WrittenPage:
            return _written(snapshot, sitemap.build(snapshot, address, q), form, links)

        found = pages.get(snapshot, (address, q, form), write)
        return Response(found.body, found.status, headers=_FRESH, media_type=found.kind)

    @app.exception_handler(Exception)
    async def failed(_: Request, error: Exception) -> Response:
        number = uuid.uuid4().hex[:8]
        _LOG.error("request %s failed", number, exc_info=error)
        return PlainTextResponse(f"this is a bug in schemaguard: its log has request {number}\n", 500, headers=_FRESH)

    return Gate(app, token=token, local_only=local_only)


def _is_ready(shelf: Shelf) -> bool:
    try:
        snapshot = shelf.snapshot()
    except SchemaguardError:
        return False
    return not any(snapshot.problems)


def _assets() -> dict[str, bytes]:
    folder = files("schemaguard.web") / "assets"
    return {each.name: each.read_bytes() for each in folder.iterdir() if PurePosixPath(each.name).suffix in _TYPES}


def _form_of(address: str) -> tuple[str, str]:
    """An address without `.json` or `.md`, and the form that is asked for."""
    for form in ("json", "md"):
        if address.endswith(f".{form}"):
            return address.removesuffix(f".{form}"), form
    return address, "html"


def _written(snapshot: Snapshot, found: Page, form: str, links: ServedLinks) -> WrittenPage:
    source = visible(snapshot.bench.source)
    match form:
        case "json":
            answer_ = JSONResponse(data.document(found, snapshot.at, source))
            return WrittenPage(bytes(answer_.body), found.status, "application/json")
        case "md":
            text = markdown.write(found, snapshot.at, source)
            return WrittenPage(text.encode("utf-8", "replace"), found.status, "text/markdown; charset=utf-8")
        case _:
            text = html.write(found, links, visible(snapshot.environment), snapshot.at, source)
            return WrittenPage(text.encode("utf-8", "replace"), found.status, "text/html; charset=utf-8")


def _error(error: SchemaguardError, form: str, links: ServedLinks) -> Response:
    """What can't be said, why, and what to do: a page, too."""
    from datetime import UTC, datetime

    more = words(*(f"{label}{visible(text)}. " for label, text in (("At ", error.at), ("Next: ", error.next)) if text))
    page = Page(
        "/",
        "Not now",
        answer("failed", more, what=visible(error.what)),
        (),
        "schemaguard contracts validate",
        status=503,
    )
    now = datetime.now(UTC)
    if form == "json":
        return JSONResponse({"error": error.what, "at": error.at, "next": error.next}, 503, headers=_FRESH)
    if form == "md":
        return Response(
            markdown.write(page, now, "nothing"), 503, headers=_FRESH, media_type="text/markdown; charset=utf-8"
        )
    return HTMLResponse(html.write(page, links, "", now, "nothing could be read"), 503, headers=_FRESH)
