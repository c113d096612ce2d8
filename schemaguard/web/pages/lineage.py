"""Lineage: who feels it if something changes? The neighbourhood of a model or of a table, never the whole at once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from schemaguard.catalog.objects import Name
from schemaguard.commands.serve import Snapshot
from schemaguard.contracts.contract import Access
from schemaguard.errors import UsageError, command_line
from schemaguard.frozen import dataclass
from schemaguard.registry.graph import Edge
from schemaguard.registry.listing import ListedContract, Shared
from schemaguard.report.contracts.graph import document
from schemaguard.report.visible import visible
from schemaguard.web import addresses, layout, wording
from schemaguard.web.answers import answer
from schemaguard.web.blocks import (
    EmptyNote,
    LineageNode,
    LineagePicture,
    LineageWire,
    Page,
    PageAnswer,
    Panel,
    Picks,
    Span,
    Words,
    grid,
    words,
)

_WIDTH = 190.0
_LINE = 18.0
_HEAD = 28.0
_MOST_IN_A_LAYER = 8
_MOST_ROWS = 4
_MOST_LETTERS = 20


@dataclass(frozen=True, slots=True)
class _Thing:
    """A model or consumer (`relation` None), or a table or view."""

    id: str
    title: str
    to: str
    model: str = ""
    relation: Name | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """From who writes to the table, or from the table to who reads; `columns` of them go along."""

    start: _Thing
    end: _Thing
    columns: frozenset[str]


def index(snapshot: Snapshot) -> Page:
    """Everybody with what they read and write: the way into the neighbourhoods."""
    edges = _edges(snapshot)
    models = list(dict.fromkeys(edge.who.contract.model for edge in edges))
    tables = list(dict.fromkeys(edge.relation for edge in edges))
    if not models:
        said: PageAnswer = answer("lineage-empty")
        body: tuple[Panel, ...] = (Panel("", (EmptyNote(words("Models and the tables between them would be here.")),)),)
    else:
        several = wording.number(len(models), "model or consumer", "models and consumers")
        said = answer("lineage-all", several=several, tables=wording.number(len(tables), "table"))
        of_model: dict[str, list[Edge]] = {}
        of_table: dict[Name, list[Edge]] = {}
        for edge in edges:
            of_model.setdefault(edge.who.contract.model, []).append(edge)
            of_table.setdefault(edge.relation, []).append(edge)
        rows = [
            (
                (wording.name(model, addresses.lineage_of_model(model)),),
                _used(of_model[model], model, "read"),
                _used(of_model[model], model, "write"),
                _felt_by(of_model[model], of_table, model),
            )
            for model in models
        ]
        headings = ("Model or consumer", "Reads", "Writes", "Who reads what it writes")
        body = (
            Panel("Around whom?", (grid("Around whom?", headings, rows, filter_id="models"),)),
            _tables(of_table),
        )
    return Page(
        address=addresses.LINEAGE,
        title="Lineage",
        answer=said,
        body=body,
        command="schemaguard contracts graph",
        section=addresses.LINEAGE,
        document=lambda: document(snapshot.graph, snapshot.bench.source),
    )


def around_model(snapshot: Snapshot, model: str) -> Page:
    """The neighbourhood of a model or consumer. UsageError where nobody is called that."""
    edges = _edges(snapshot)
    mine = [edge for edge in edges if edge.who.contract.model == model]
    if not mine and all(each.contract.model != model for each in snapshot.contracts):
        raise UsageError(f"no contract of {model} is known")
    focus = _model(model)
    read = _things(_relation(edge.relation) for edge in mine if edge.access == "read")
    written = _things(_relation(edge.relation) for edge in mine if edge.access == "write")
    read_names, written_names = {each.relation for each in read}, {each.relation for each in written}
    writers = _who(edges, read_names, "write", {model})
    co_readers = _who(edges, read_names, "read", {model})
    readers = _who(edges, written_names, "read", {model})
    layers = [
        writers,
        read,
        [focus, *co_readers],
        [_twin(each, read) for each in written],
        [_twin(each, [*writers, *co_readers]) for each in readers],
    ]
    titles = ["Writes", "Tables", "Reads them", "Tables it writes", "Reads those"]
    lines = [*_lines(edges, layers[0], layers[1], "write"), *_lines(edges, layers[1], layers[2], "read")]
    lines += [*_lines(edges, [focus], layers[3], "write"), *_lines(edges, layers[3], layers[4], "read")]
    said = answer("lineage-model", feels=_feels(model, read, written, co_readers, readers))
    return _page(snapshot, model, None, said, _Drawn(titles, layers, lines, focus))


def around_table(snapshot: Snapshot, table: Name) -> Page:
    """The neighbourhood of a table or view. UsageError where nobody knows it."""
    if table not in snapshot.subjects.columns:
        raise UsageError(f"no table or view {table} is known")
    edges = _edges(snapshot)
    focus = _relation(table)
    views = _things(_relation(view) for view, below in snapshot.graph.shows if below == table)
    writers, readers = _who(edges, {table}, "write", set()), _who(edges, {table}, "read", set())
    over = _who(edges, {each.relation for each in views}, "read", set())
    layers = [
        writers,
        [focus],
        [*views, *[_twin(each, writers) for each in readers]],
        [_twin(each, [*writers, *readers]) for each in over],
    ]
    lines = [*_lines(edges, layers[0], layers[1], "write"), *_lines(edges, layers[1], layers[2], "read")]
    lines += [_Line(focus, view, frozenset()) for view in views]
    lines += _lines(edges, views, layers[3], "read")
    feel = _things([*readers, *over])
    if feel:
        said = answer(
            "lineage-table", table=wording.table(table), who=_series(feel), feel="feels" if len(feel) == 1 else "feel"
        )
    else:
        said = answer("lineage-alone", table=wording.table(table))
    return _page(
        snapshot, None, table, said, _Drawn(["Writes", "Table", "Reads it", "Reads the views"], layers, lines, focus)
    )


@dataclass(frozen=True, slots=True)
class _Drawn:
    titles: list[str]
    layers: list[list[_Thing]]
    lines: list[_Line]
    focus: _Thing


def _page(snapshot: Snapshot, model: str | None, table: Name | None, said: PageAnswer, drawn: _Drawn) -> Page:
    name = model if model is not None else str(table)
    near = [each for layer in drawn.layers for each in layer if each.id != drawn.focus.id]
    around = [(drawn.focus.title, _lineage_of(drawn.focus), True)]
    around += [(each.title, _lineage_of(each), False) for each in {_lineage_of(one): one for one in near}.values()][
        : _MOST_IN_A_LAYER * 2
    ]
    rows = [
        (
            (wording.table(relation),),
            words("read by" if access == "read" else "written by"),
            (wording.sharers(who),),
            words(str(len(columns))),
            wording.ends(_longest(who), snapshot.at),
        )
        for relation, access, who, columns in _facts(snapshot, drawn)
    ]
    the_same = grid(
        "The same as a table", ("Table", "How", "By", "#Columns", "Must hold until"), rows, filter_id="lines"
    )
    about = snapshot.graph.about(("model", model) if model is not None else ("relation", table or Name("")))
    to = addresses.model(model) if model is not None else addresses.table(table or Name(""))
    return Page(
        address=_lineage_of(drawn.focus),
        title=f"Lineage of {visible(name)}",
        answer=said,
        body=(
            Panel("", (Picks("Around", tuple(around)),)),
            Panel(
                "Picture",
                (_picture(snapshot, drawn),),
                "a figure at a line: columns · point at a box, or tab to it, to follow its lines",
            ),
            Panel("The same as a table", (the_same,)),
        ),
        command=command_line("contracts", "graph", name),
        section=addresses.LINEAGE,
        crumbs=(("Lineage", addresses.LINEAGE),),
        meta=words(Span("its page", "", to)),
        document=lambda: document(about, snapshot.bench.source),
    )


def _edges(snapshot: Snapshot) -> list[Edge]:
    """The uses by contracts that have to hold."""
    return [edge for edge in snapshot.graph.edges if edge.who.is_in_window(snapshot.at)]


def _model(model: str) -> _Thing:
    return _Thing(f"m-{addresses.escaped(model)}", visible(model), addresses.model(model), model=model)


def _relation(name: Name) -> _Thing:
    return _Thing(f"t-{addresses.table_part(name)}", visible(str(name)), addresses.table(name), relation=name)


def _twin(each: _Thing, others: Sequence[_Thing]) -> _Thing:
    """What stands in the picture twice has two boxes."""
    if any(one.id == each.id for one in others):
        return _Thing(f"{each.id}-2", each.title, each.to, each.model, each.relation)
    return each


def _things(found: Iterable[_Thing]) -> list[_Thing]:
    return list({each.id: each for each in found}.values())


def _who(
    edges: Iterable[Edge], relations: set[Name | None] | set[Name], access: Access, besides: set[str]
) -> list[_Thing]:
    return _things(
        _model(edge.who.contract.model)
        for edge in edges
        if edge.access == access and edge.relation in relations and edge.who.contract.model not in besides
    )


def _lines(edges: Sequence[Edge], left: Sequence[_Thing], right: Sequence[_Thing], access: Access) -> list[_Line]:
    """The lines between two layers: from who writes to the table, or from the table to who reads."""
    models, tables = (left, right) if access == "write" else (right, left)
    found: list[_Line] = []
    for model in models:
        for table in tables:
            columns = {
                column
                for edge in edges
                if edge.access == access and edge.who.contract.model == model.model and edge.relation == table.relation
                for column in edge.columns
            }
            if columns and model.model and table.relation is not None:
                start, end = (model, table) if access == "write" else (table, model)
                found.append(_Line(start, end, frozenset(columns)))
    return found


def _feels(
    model: str,
    read: Sequence[_Thing],
    written: Sequence[_Thing],
    co_readers: Sequence[_Thing],
    readers: Sequence[_Thing],
) -> Words:
    me = wording.name(model)
    said: list[Words] = []
    if readers:
        said.append(
            words(
                "If ",
                me,
                " changes what it writes, ",
                _series(readers),
                " feel",
                "s" if len(readers) == 1 else "",
                " it.",
            )
        )
    elif written:
        said.append(words("Nobody with a contract reads what ", me, " writes."))
    if read:
        among = words(" and ", _series(co_readers)) if co_readers else ()
        said.append(
            words("If ", _series(read, "or"), " changes, ", me, among, " feel", "" if co_readers else "s", " it.")
        )
    elif not written:
        said.append(words("No version of ", me, " is in its window, so nothing hangs on it."))
    return words(*(part for place, each in enumerate(said) for part in ((" ",) if place else ()) + (each,)))


def _series(things: Sequence[_Thing], joint: str = "and") -> Words:
    return wording.series([Span(each.title, "name", each.to) for each in things], joint)


def _lineage_of(each: _Thing) -> str:
    return (
        addresses.lineage_of_table(each.relation)
        if each.relation is not None
        else addresses.lineage_of_model(each.model)
    )


def _picture(snapshot: Snapshot, drawn: _Drawn) -> LineagePicture:
    kept = [(title, layer) for title, layer in zip(drawn.titles, drawn.layers, strict=True) if layer]
    edges = [(line.start.id, line.end.id) for line in drawn.lines]
    by_id = {each.id: each for _, layer in kept for each in layer}
    order = layout.ordered([[each.id for each in layer] for _, layer in kept], edges)
    shown = [_first(layer, drawn.focus.id) for layer in order]
    rows = {each: _rows(snapshot, by_id[each]) for layer in shown for each in layer}
    boxes = [
        [layout.Box(each, _HEAD + _LINE * len(rows[each]) + (6 if rows[each] else 0)) for each in layer]
        for layer in shown
    ]
    folded = []
    for number, layer in enumerate(order):
        if len(layer) > len(shown[number]):
            boxes[number].append(layout.Box(f"more-{number}", _HEAD))
            folded.append((f"more-{number}", f"and {len(layer) - len(shown[number])} more"))
    corners, width, height = layout.placed(boxes, _WIDTH)
    heights = {box.id: box.height for layer in boxes for box in layer}
    nodes = [
        LineageNode(
            id=each,
            to=_lineage_of(by_id[each]),
            title=_short(by_id[each].title),
            kind=_kind(snapshot, by_id[each]),
            rows=tuple(rows[each]),
            x=corners[each][0],
            y=corners[each][1],
            width=_WIDTH,
            height=heights[each],
            is_focus=each == drawn.focus.id,
        )
        for layer in shown
        for each in layer
    ]
    for each, text in folded:
        x, y = corners[each]
        nodes.append(LineageNode(each, f"{_lineage_of(drawn.focus)}#t-lines", text, "table", (), x, y, _WIDTH, _HEAD))
    wires = tuple(_wire(line, corners) for line in drawn.lines if line.start.id in corners and line.end.id in corners)
    headings = tuple((number * (_WIDTH + layout.GAP_X), title) for number, (title, _) in enumerate(kept))
    stops = tuple((title, _series(layer)) for title, layer in kept)
    return LineagePicture(width, height, headings, tuple(nodes), wires, stops)


def _first(layer: list[str], focus: str) -> list[str]:
    """As many as can be overlooked, with the one that it is about."""
    if len(layer) <= _MOST_IN_A_LAYER:
        return layer
    kept = layer[:_MOST_IN_A_LAYER]
    return kept if focus not in layer or focus in kept else [focus, *kept[:-1]]


def _wire(line: _Line, corners: dict[str, tuple[float, float]]) -> LineageWire:
    (x, y), (to_x, to_y) = corners[line.start.id], corners[line.end.id]
    start, end = (x + _WIDTH, y + _HEAD / 2), (to_x, to_y + _HEAD / 2)
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + 4)
    return LineageWire(line.start.id, line.end.id, layout.path(start, end), len(line.columns), *middle)


def _rows(snapshot: Snapshot, each: _Thing) -> list[tuple[str, str]]:
    """What stands in a box: the versions in their windows, or the columns that are used most."""
    if each.relation is None:
        inside = [
            one
            for one in snapshot.book.listed
            if one.contract.model == each.model and one.is_in_window(snapshot.at) and one.version
        ]
        inside.sort(key=lambda one: one.until is not None)
        rows = [(_short(visible(one.version)), one.standing) for one in inside]
    else:
        used = [
            (column, len(snapshot.users.get((each.relation, column), ())))
            for column in sorted(snapshot.subjects.columns[each.relation])
        ]
        used.sort(key=lambda one: -one[1])
        rows = [
            (_short(visible(column), 14), f"{count} user" if count == 1 else f"{count} users")
            for column, count in used
            if count
        ]
    if len(rows) <= _MOST_ROWS:
        return rows
    return [*rows[: _MOST_ROWS - 1], (f"{len(rows) - _MOST_ROWS + 1} more", "")]


def _kind(snapshot: Snapshot, each: _Thing) -> Literal["model", "consumer", "table", "view"]:
    if each.relation is not None:
        return "view" if each.relation in snapshot.catalog.views else "table"
    is_consumer = any(one.contract.model == each.model and not one.version for one in snapshot.book.listed)
    return "consumer" if is_consumer else "model"


def _short(text: str, most: int = _MOST_LETTERS) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _facts(snapshot: Snapshot, drawn: _Drawn) -> list[tuple[Name, Access, Shared, frozenset[str]]]:
    """Every use of a table in the picture by somebody in it."""
    tables = {each.relation for layer in drawn.layers for each in layer if each.relation is not None}
    models = {each.model for layer in drawn.layers for each in layer if each.model}
    found = [
        (edge.relation, edge.access, edge.who, frozenset(edge.columns))
        for edge in _edges(snapshot)
        if edge.relation in tables and edge.who.contract.model in models
    ]
    return sorted(found, key=lambda each: (str(each[0]), each[1] == "write", each[2].name))


def _longest(who: Shared) -> ListedContract:
    """The version among those that share a contract that must hold longest."""
    return max(who.versions, key=lambda each: (each.until is None, each.until.timestamp() if each.until else 0.0))


def _used(edges: Sequence[Edge], model: str, access: Access) -> Words:
    names = dict.fromkeys(edge.relation for edge in edges if edge.who.contract.model == model and edge.access == access)
    return wording.series([wording.name(str(each), addresses.lineage_of_table(each)) for each in names]) or (
        wording.quiet("–"),
    )


def _felt_by(mine: Sequence[Edge], of_table: Mapping[Name, Sequence[Edge]], model: str) -> Words:
    written = dict.fromkeys(edge.relation for edge in mine if edge.access == "write")
    near = [edge for table in written for edge in of_table[table]]
    return _series(_who(near, set(written), "read", {model})) or (wording.quiet("–"),)


def _tables(of_table: Mapping[Name, Sequence[Edge]]) -> Panel:
    rows = [
        (
            (wording.name(str(each), addresses.lineage_of_table(each)),),
            _series(_who(of_table[each], {each}, "write", set())) or (wording.quiet("–"),),
            _series(_who(of_table[each], {each}, "read", set())) or (wording.quiet("–"),),
        )
        for each in sorted(of_table, key=str)
    ]
    table = grid("Around which table?", ("Table", "Written by", "Read by"), rows, filter_id="tables")
    return Panel("Or around which table?", (table,))
