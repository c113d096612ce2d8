"""The graph of models and tables: as a tree for the eye, as DOT, as Mermaid, and as one document."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from schemaguard.catalog.objects import Name
from schemaguard.registry.graph import Edge, Focus, RegistryGraph, is_of
from schemaguard.registry.listing import Shared
from schemaguard.report.check.sentences import plural
from schemaguard.report.contracts import words
from schemaguard.report.lines import line
from schemaguard.report.visible import visible

_COLUMNS_SHOWN = 8
_ENDLESS = 10_000
_MERMAID = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;"}


def show(found: RegistryGraph, focus: Focus | None, console: Console, source: str) -> None:
    """Print a tree a model, with whom it shares its tables; around a table, a tree of that table."""
    width = console.width
    if not console.is_terminal:
        console.width = _ENDLESS  # A tree wraps its lines whatever it is told, and a pipe gets them whole.
    for tree in _trees(found, focus):
        console.print(tree)
    console.width = width
    counts = f"{plural(len(found.who), 'contract')}, {plural(len(found.relations), 'table')} and views"
    line(console, Text(visible(f"{counts} · {source}"), "dim"))


def _trees(found: RegistryGraph, focus: Focus | None) -> Iterator[Tree]:
    if focus is not None and focus[0] == "relation":
        assert isinstance(focus[1], Name)
        yield _of_relation(focus[1], found)
        return
    for who in found.who:
        if focus is None or is_of(who, str(focus[1])):
            yield _of_model(who, found)


def _of_model(who: Shared, found: RegistryGraph) -> Tree:
    tree = Tree(_named(who))
    for edge in found.of(who, "read"):
        branch = tree.add(_relation("reads ", edge))
        _add_below(branch, edge.relation, found)
        _add(branch, "written by ", [e.who for e in found.on(edge.relation, "write") if e.who is not who])
    for edge in found.of(who, "write"):
        branch = tree.add(_relation("writes ", edge))
        _add(branch, "read by ", [e.who for e in found.on(edge.relation, "read") if e.who is not who])
    return tree


def _of_relation(name: Name, found: RegistryGraph) -> Tree:
    tree = Tree(Text(visible(str(name)), "bold cyan"))
    for edge in found.on(name, "write"):
        branch = tree.add(_user("written by ", edge))
        _add_relations(branch, "reads ", found.of(edge.who, "read"), name)
    for edge in found.on(name, "read"):
        branch = tree.add(_user("read by ", edge))
        _add_relations(branch, "writes ", found.of(edge.who, "write"), name)
    for view, below in found.shows:
        if below == name:
            tree.add(Text.assemble(("shown by ", "dim"), (visible(str(view)), "cyan"))).children = _of_relation(
                view, found
            ).children
    return tree


def _add(branch: Tree, verb: str, others: Sequence[Shared]) -> None:
    for other in others:
        branch.add(Text.assemble((verb, "dim"), _named(other)))


def _add_below(branch: Tree, view: Name, found: RegistryGraph) -> None:
    for above, below in found.shows:
        if above == view:
            _add_below(branch.add(Text.assemble(("shows ", "dim"), visible(str(below)))), below, found)


def _add_relations(branch: Tree, verb: str, edges: Sequence[Edge], without: Name) -> None:
    for edge in edges:
        if edge.relation != without:
            branch.add(_relation(verb, edge))


def _named(who: Shared) -> Text:
    return Text.assemble((visible(who.name), "bold magenta"), " (", words.roles(who), ")")


def _user(verb: str, edge: Edge) -> Text:
    return Text.assemble((verb, "dim"), _named(edge.who), (f"  {_columns(edge)}", "dim"))


def _relation(verb: str, edge: Edge) -> Text:
    return Text.assemble((verb, "dim"), (visible(str(edge.relation)), "bold cyan"), (f"  {_columns(edge)}", "dim"))


def _columns(edge: Edge) -> str:
    more = f" and {len(edge.columns) - _COLUMNS_SHOWN} more" if len(edge.columns) > _COLUMNS_SHOWN else ""
    return visible(", ".join(edge.columns[:_COLUMNS_SHOWN])) + more


def dot(found: RegistryGraph) -> str:
    """The graph for Graphviz: data flows along the arrows."""
    ids = _ids(found)
    lines = ["digraph contracts {", "  rankdir=LR;"]
    lines += [f"  {ids[id(who)]} [label={_quoted(who.name)}, shape=box];" for who in found.who]
    lines += [f"  {ids[name]} [label={_quoted(str(name))}, shape=cylinder];" for name in found.relations]
    for source, target, label in _arrows(found, ids):
        style = ", style=dashed" if label == "shows" else ""
        lines.append(f'  {source} -> {target} [label="{label}"{style}];')
    return "\n".join([*lines, "}"]) + "\n"


def mermaid(found: RegistryGraph) -> str:
    """The graph for Mermaid, as Markdown pages show it: data flows along the arrows."""
    ids = _ids(found)
    lines = ["flowchart LR"]
    lines += [f'  {ids[id(who)]}["{_entities(who.name)}"]' for who in found.who]
    lines += [f'  {ids[name]}[("{_entities(str(name))}")]' for name in found.relations]
    for source, target, label in _arrows(found, ids):
        arrow = "-.->" if label == "shows" else "-->"
        lines.append(f"  {source} {arrow}|{label}| {target}")
    return "\n".join(lines) + "\n"


def _ids(found: RegistryGraph) -> dict[object, str]:
    ids: dict[object, str] = {id(who): f"m{number}" for number, who in enumerate(found.who)}
    ids.update({name: f"t{number}" for number, name in enumerate(found.relations)})
    return ids


def _arrows(found: RegistryGraph, ids: dict[object, str]) -> Iterator[tuple[str, str, str]]:
    for view, below in found.shows:
        yield ids[below], ids[view], "shows"
    for edge in found.edges:
        who, relation = ids[id(edge.who)], ids[edge.relation]
        yield (relation, who, "read") if edge.access == "read" else (who, relation, "write")


def _quoted(text: str) -> str:
    escaped = visible(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _entities(text: str) -> str:
    return "".join(_MERMAID.get(letter, letter) for letter in visible(text))


def document(found: RegistryGraph, source: str) -> dict[str, Any]:
    """The same as one document."""
    return {
        "version": 1,
        "source": source,
        "contracts": [
            {
                "name": who.name,
                "model": who.contract.model,
                "model_versions": [each.version for each in who.versions if each.version],
                "file": who.contract.file,
            }
            for who in found.who
        ],
        "tables": [str(name) for name in found.relations],
        "edges": [
            {
                "name": edge.who.name,
                "table": str(edge.relation),
                "access": edge.access,
                "columns": list(edge.columns),
            }
            for edge in found.edges
        ],
        "views": [{"view": str(view), "reads": str(below)} for view, below in found.shows],
    }
