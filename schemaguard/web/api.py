"""The registry for programs: each page's document at a fixed address, described by OpenAPI."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from schemaguard.commands.serve import Snapshot
from schemaguard.contracts.subject import find
from schemaguard.errors import SchemaguardError, UsageError
from schemaguard.report.visible import visible
from schemaguard.web.blocks import Page
from schemaguard.web.pages import contract as one_contract
from schemaguard.web.pages import ledger, lineage, matrix, migrations, models, operations, overview, search, tables
from schemaguard.web.shelf import Shelf
from schemaguard.web.writers import data

ROOT = "/api/v1"
_FRESH = {"cache-control": "no-store"}
_LARGEST = 2**63 - 1
_LONGEST_PAGE = 1000


class AnswerDocument(BaseModel):
    """A page's answer: the key of the sentence, how good or bad it is, and the sentence."""

    key: str
    role: Literal["ok", "warn", "breaks", "unknown", "retired", "accent", "plain"]
    says: str
    more: str


class PageDocument(BaseModel):
    """A page: what it answers, as of when, and everything that it shows."""

    version: int
    page: str
    title: str
    at: str
    source: str
    answer: AnswerDocument
    command: str
    data: dict[str, Any]


class ErrorDocument(BaseModel):
    """Why there is no answer, where, and what to do next."""

    error: str
    at: str
    next: str


Named = Annotated[str, Query(max_length=1000)]
Number = Annotated[int, Query(ge=1, le=_LARGEST)]


def router(shelf: Shelf) -> APIRouter:
    """Every address of the API."""
    made = APIRouter(
        prefix=ROOT,
        responses={
            404: {"model": ErrorDocument, "description": "Nobody and nothing is called that"},
            503: {"model": ErrorDocument, "description": "The contracts or settings can't be used now"},
        },
    )

    def add(path: str, name: str, says: str, endpoint: Callable[..., Response]) -> None:
        made.add_api_route(
            path, endpoint, methods=["GET"], response_model=PageDocument, name=name, operation_id=name, summary=says
        )

    def respond(build: Callable[[Snapshot], Page]) -> Response:
        return _respond(shelf, build)

    def contracts(
        start: Annotated[int, Query(ge=0, le=_LARGEST)] = 0, limit: Annotated[int, Query(ge=1, le=_LONGEST_PAGE)] = 100
    ) -> Response:
        return respond(lambda snapshot: models.index(snapshot, start, limit))

    def contract(model: Named, version: Named = "") -> Response:
        if version:
            return respond(lambda snapshot: one_contract.build(snapshot, model, version))
        return respond(lambda snapshot: models.build(snapshot, model))

    def readers(object: Named) -> Response:  # noqa: A002 - the word that a caller writes
        return respond(lambda snapshot: _readers(snapshot, object))

    def lineage_of(model: Named = "", table: Named = "") -> Response:
        return respond(lambda snapshot: _lineage(snapshot, model, table))

    def matrix_of(model: Named = "") -> Response:
        return respond(lambda snapshot: matrix.build(snapshot, model or None))

    def revision(id: Named, history: Annotated[int, Query(ge=0, le=1000)] = 0) -> Response:  # noqa: A002 - as above
        return respond(lambda snapshot: migrations.build(snapshot, history, id))

    def operation(number: Number) -> Response:
        return respond(lambda snapshot: operations.build(snapshot, number))

    def entries(before: Number | None = None) -> Response:
        return respond(lambda snapshot: ledger.build(snapshot, before))

    def found(q: Named) -> Response:
        return respond(lambda snapshot: search.build(snapshot, q))

    add("/overview", "overview", "What serves, what is under way, and what ends next", lambda: respond(overview.build))
    add("/contracts", "contracts", "Every contract, a page of them; `next` is where the next one starts", contracts)
    add("/contract", "contract", "The contracts of a model, or of one version", contract)
    add("/tables", "tables", "Every table and view, with the columns that are promised", lambda: respond(tables.index))
    add("/readers", "readers", "May a table or column be dropped? Who uses it, until when", readers)
    add("/lineage", "lineage", "Who feels it if a model or a table changes", lineage_of)
    add("/matrix", "matrix", "Contracts against the revisions of the migrations", matrix_of)
    add("/migrations", "migrations", "Every revision with its verdict", lambda: respond(migrations.index))
    add("/revision", "revision", "One revision with its findings", revision)
    add("/operations", "operations", "Promotions and rollbacks", lambda: respond(operations.index))
    add("/operation", "operation", "One operation with its steps", operation)
    add("/ledger", "ledger", "Entries of the ledger, a page of them, and its verification", entries)
    add("/search", "search", "Whatever has every word somewhere", found)
    return made


def _readers(snapshot: Snapshot, text: str) -> Page:
    subject = find(text, snapshot.subjects, snapshot.catalog)
    return tables.build(snapshot, subject.table, subject.column)


def _lineage(snapshot: Snapshot, model: str, table: str) -> Page:
    if model and table:
        raise UsageError("a model and a table are named", next="name one of them")
    if table:
        return lineage.around_table(snapshot, find(table, snapshot.subjects, snapshot.catalog).table)
    return lineage.around_model(snapshot, model) if model else lineage.index(snapshot)


def _respond(shelf: Shelf, build: Callable[[Snapshot], Page]) -> Response:
    try:
        snapshot = shelf.snapshot()
    except SchemaguardError as error:
        return _refusal(error, 503)
    try:
        page = build(snapshot)
    except UsageError as error:
        return _refusal(error, 404)
    return JSONResponse(data.document(page, snapshot.at, visible(snapshot.bench.source)), headers=_FRESH)


def _refusal(error: SchemaguardError, status: int) -> Response:
    return JSONResponse({"error": error.what, "at": error.at, "next": error.next}, status, headers=_FRESH)
