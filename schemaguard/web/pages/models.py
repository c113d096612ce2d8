"""Models and consumers: the list, and one with its versions."""

from typing import Any

from schemaguard.commands.serve import Snapshot
from schemaguard.registry.listing import ListedContract, chosen
from schemaguard.report.contracts.words import document as contract_document
from schemaguard.report.visible import visible
from schemaguard.web import addresses, wording
from schemaguard.web.answers import answer
from schemaguard.web.blocks import EmptyNote, Grid, Page, PageAnswer, Panel, Picks, TerminalCommand, Words, grid, words
from schemaguard.web.pages import contract as one_contract


def index(snapshot: Snapshot, start: int = 0, limit: int | None = None) -> Page:
    """Every model and consumer; its document has the contracts from `start` on, up to `limit` of them."""
    rows = []
    of_model = _by_model(snapshot)
    for model, versions in of_model.items():
        inside = [each for each in versions if each.is_in_window(snapshot.at)]
        first = versions[0].contract
        rows.append(
            (
                (wording.name(model, addresses.model(model)),),
                wording.series([wording.version(each) for each in inside]) or (wording.quiet("none"),),
                words(str(len(versions)) if versions[0].version else "–"),
                _fit(snapshot, inside),
                words(
                    visible(", ".join(sorted({str(part.table) for each in versions for part in each.contract.tables})))
                ),
                words(visible(first.owner or "–")),
            )
        )
    headings = ("Model or consumer", "In its window", "~#Versions", "Fit", "~Tables", "Owner")
    inside_count = sum(each.is_in_window(snapshot.at) for each in snapshot.book.listed)
    if rows:
        said = answer(
            "models",
            models=wording.number(len(of_model), "model or consumer", "models and consumers"),
            several=wording.number(len(snapshot.book.listed), "contract"),
            inside=str(inside_count),
            window="its window" if inside_count == 1 else "their windows",
        )
        body = (Panel("Models and consumers", (grid("Models and consumers", headings, rows, filter_id="models"),)),)
    else:
        said = answer("models-empty")
        note = words(TerminalCommand("schemaguard contracts infer"), " drafts one from a model’s query.")
        body = (Panel("Models and consumers", (EmptyNote(note),)),)
    return Page(
        address=addresses.MODELS,
        title="Models",
        answer=said,
        body=body,
        command="schemaguard contracts list",
        section=addresses.MODELS,
        document=lambda: _document(snapshot, start, limit),
    )


def _document(snapshot: Snapshot, start: int, limit: int | None) -> dict[str, Any]:
    listed = snapshot.book.listed
    end = len(listed) if limit is None else min(start + limit, len(listed))
    found: dict[str, Any] = {
        "source": snapshot.bench.source,
        "contracts": [contract_document(each, snapshot.fits, snapshot.at) for each in listed[start:end]],
    }
    return found if limit is None else {**found, "total": len(listed), "next": end if end < len(listed) else None}


def build(snapshot: Snapshot, model: str) -> Page:
    """One model with its versions, or a consumer's contract. UsageError where nobody is called that."""
    mine = chosen(snapshot.book.listed, model, None)
    consumer = next((each for each in mine if not each.version), None)
    if consumer is not None:
        return one_contract.page(snapshot, consumer, mine)
    inside = [each for each in mine if each.is_in_window(snapshot.at)]
    return Page(
        address=addresses.model(model),
        title=visible(model),
        answer=_answer(snapshot, model, inside),
        body=(
            Panel("", (_around(model),)),
            Panel("Versions", (_versions(snapshot, mine),), wording.number(len(mine), "contract")),
        ),
        command=one_contract.command("contracts", "show", model),
        section=addresses.MODELS,
        crumbs=(("Models", addresses.MODELS),),
        is_name=True,
        document={"contracts": [contract_document(each, snapshot.fits, snapshot.at) for each in mine]},
    )


def _around(model: str) -> Picks:
    choices = (("lineage", addresses.lineage_of_model(model), False), ("matrix", addresses.matrix(model), False))
    return Picks("around it", choices)


def _versions(snapshot: Snapshot, mine: tuple[ListedContract, ...]) -> Grid:
    rows = [
        (
            (wording.version(each),),
            (wording.chip(each.standing),),
            wording.ends(each, snapshot.at),
            wording.fit(snapshot.fits.get(each.contract.digest), with_cause=each.is_in_window(snapshot.at)),
            words(wording.joined(f"{part.access}s {visible(str(part.table))}" for part in each.contract.tables)),
        )
        for each in sorted(mine, key=lambda each: (not each.is_in_window(snapshot.at), each.until is not None))
    ]
    return grid("Versions", ("Version", "Role", "Must hold until", "Fit", "~Uses"), rows, filter_id="versions")


def _answer(snapshot: Snapshot, model: str, inside: list[ListedContract]) -> PageAnswer:
    window = "its window" if len(inside) == 1 else "their windows"
    for each in inside:
        fit = snapshot.fits.get(each.contract.digest)
        if fit is not None and fit.verdict != "fits":
            key = "contract-broken" if fit.verdict == "breaks" else "contract-unproven"
            return answer(key, who=wording.version(each), cause=wording.cause(fit))
    active = next((each for each in inside if each.standing == "active"), None)
    if active is not None:
        are = "version is" if len(inside) == 1 else "versions are"
        return answer(
            "model-serves",
            who=wording.version(active),
            several=f"{wording.number(len(inside), are, are)}",
            window=window,
        )
    if inside:
        are = "version" if len(inside) == 1 else "versions"
        return answer(
            "model-holds", several=wording.number(len(inside), are, are), who=wording.name(model), window=window
        )
    return answer("model-none", who=wording.name(model))


def _fit(snapshot: Snapshot, inside: list[ListedContract]) -> Words:
    found = [fit for each in inside if (fit := snapshot.fits.get(each.contract.digest)) is not None]
    if not found:
        return (wording.quiet("–"),)
    order = ("fits", "unproven", "breaks")
    return wording.fit(max(found, key=lambda each: order.index(each.verdict)), with_cause=False)


def _by_model(snapshot: Snapshot) -> dict[str, list[ListedContract]]:
    found: dict[str, list[ListedContract]] = {}
    for each in snapshot.book.listed:
        found.setdefault(each.contract.model, []).append(each)
    return found
