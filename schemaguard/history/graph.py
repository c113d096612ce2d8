"""The graph of a history's revisions: their order, their heads, and what is wrong with them. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from schemaguard.finding import Place
from schemaguard.frozen import dataclass, replace
from schemaguard.history.revision import Problem, Revision


@dataclass(frozen=True, slots=True)
class Graph:
    """The revisions of one history and how they hang together.

    A revision that hangs in a cycle is in `revisions` but not in `order`. `heads` are the ones that nobody names as
    `down_revision`; `real_heads` leave out those that another one depends on, as the version table would.
    """

    revisions: Mapping[str, Revision]
    parents: Mapping[str, tuple[str, ...]]
    """Revision → what must be applied before it: its `down_revision`s, then what it depends on."""
    children: Mapping[str, tuple[str, ...]]
    heads: tuple[str, ...]
    real_heads: tuple[str, ...]
    bases: tuple[str, ...]
    order: tuple[str, ...]
    """The order in which `upgrade heads` applies them."""
    labels: Mapping[str, str]
    problems: tuple[Problem, ...]


def build(revisions: Sequence[Revision]) -> Graph:
    """The graph of the revisions, in the order in which their files were found; what is wrong is in `problems`."""
    by_id, problems = _by_id(revisions)
    labels, doubled = _labels(by_id.values())
    problems += doubled
    replaced = {old: revision.id for revision in by_id.values() for old in revision.replaces}
    down: dict[str, tuple[str, ...]] = {}
    depends: dict[str, tuple[str, ...]] = {}
    for revision in by_id.values():
        down[revision.id], missing = _present(revision, revision.down, by_id, replaced)
        names = tuple(labels.get(name, name) for name in revision.depends_on)
        depends[revision.id], also_missing = _present(revision, names, by_id, replaced)
        problems += missing + also_missing
    both = {revision: tuple(dict.fromkeys(down[revision] + depends[revision])) for revision in by_id}
    children = _inverted(both)
    versioned = {parent for above in down.values() for parent in above}
    heads = tuple(revision for revision in by_id if revision not in versioned)
    real_heads = tuple(revision for revision in by_id if not children[revision])
    sound = _sound(both, children)
    problems += _cycles(by_id, both, children, sound)
    parents = _without_inherited(down, depends, sound) | {r: both[r] for r in by_id.keys() - set(sound)}
    problems += _several_heads(heads, down, by_id)
    return Graph(
        revisions=by_id,
        parents=parents,
        children=children,
        heads=heads,
        real_heads=real_heads,
        bases=tuple(revision for revision in by_id if not down[revision]),
        order=_as_alembic(parents, real_heads, sound),
        labels=labels,
        problems=tuple(problems),
    )


def ancestors(graph: Graph, ids: Iterable[str]) -> frozenset[str]:
    """The given revisions and all that must be applied before them."""
    return _reach(graph.parents, ids)


def descendants(graph: Graph, ids: Iterable[str]) -> frozenset[str]:
    """The given revisions and all that come after them."""
    return _reach(graph.children, ids)


def order_to(graph: Graph, targets: Sequence[str]) -> tuple[str, ...]:
    """The order in which `upgrade TARGETS` on an empty database applies what it needs."""
    needed = ancestors(graph, targets) & set(graph.order)
    starts = [revision for revision in graph.revisions if revision in set(targets)]
    starts = [start for start in starts if not (descendants(graph, (start,)) - {start}) & set(starts)]
    return _as_alembic(graph.parents, starts, needed)


def _by_id(revisions: Sequence[Revision]) -> tuple[dict[str, Revision], list[Problem]]:
    by_id: dict[str, Revision] = {}
    problems = []
    for revision in revisions:
        first = by_id.get(revision.id)
        if first is not None:
            message = f"revision {revision.id} is present twice: {first.file} and {revision.file}"
            instead = "give one of them another identifier, and change the revisions that follow it"
            problems.append(_broken("duplicate", message, revision, instead))
        # The later file wins, as in Alembic; the earlier keeps its turn.
        by_id[revision.id] = revision
    return by_id, problems


def _labels(revisions: Iterable[Revision]) -> tuple[dict[str, str], list[Problem]]:
    labels: dict[str, str] = {}
    problems = []
    for revision in revisions:
        for label in revision.branch_labels:
            if label in labels:
                message = f"branch label {label!r} of {revision.id} is already used by {labels[label]}"
                problems.append(_broken("label", message, revision, "use another label"))
            labels.setdefault(label, revision.id)
    return labels, problems


def _present(
    revision: Revision, names: Sequence[str], by_id: Mapping[str, Revision], replaced: Mapping[str, str]
) -> tuple[tuple[str, ...], list[Problem]]:
    """The names that are there; one that was squashed into another revision stands for that one, and is said."""
    found: list[str] = []
    problems = []
    for name in names:
        if name in by_id:
            found.append(name)
            continue
        message = f"{revision.id} follows {name}, which is not in this history"
        instead = "restore the missing file, or point down_revision to an existing revision"
        if name in replaced:
            found.append(replaced[name])
            message += f"; {replaced[name]} replaces it"
            instead = f"point down_revision to {replaced[name]}"
        problems.append(_broken("missing", message, revision, instead))
    return tuple(found), problems


def _several_heads(
    heads: Sequence[str], down: Mapping[str, tuple[str, ...]], by_id: Mapping[str, Revision]
) -> list[Problem]:
    if len(heads) < 2 or _are_branches_on_purpose(heads, down, by_id):
        return []
    last = by_id[heads[-1]]
    named = ", ".join(f"{head} ({by_id[head].file})" for head in heads)
    return [
        Problem(
            rule="several-heads",
            kind="several-heads",
            message=f"{len(heads)} heads: {named}; `alembic upgrade head` refuses to choose",
            place=Place(last.file, 1),
            revisions=tuple(heads),
            instead=f"{_merging(heads)}, or point one of them at the other",
        )
    ]


def _are_branches_on_purpose(
    heads: Sequence[str], down: Mapping[str, tuple[str, ...]], by_id: Mapping[str, Revision]
) -> bool:
    """Whether every head stands in a labelled branch of its own: then several heads are what was wanted."""
    seen: set[str] = set()
    for head in heads:
        labels = {label for revision in _reach(down, (head,)) for label in by_id[revision].branch_labels} - seen
        if not labels:
            return False
        seen |= labels
    return True


def _broken(kind: str, message: str, revision: Revision, instead: str) -> Problem:
    return Problem(
        rule="broken-history",
        kind=kind,  # type: ignore[arg-type] # the callers above use the literal's own words
        message=message,
        place=Place(revision.file, 1),
        revisions=(revision.id,),
        instead=instead,
    )


def _inverted(parents: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    children: dict[str, list[str]] = {revision: [] for revision in parents}
    for revision, above in parents.items():
        for parent in above:
            children[parent].append(revision)
    return {revision: tuple(below) for revision, below in children.items()}


def _reach(edges: Mapping[str, tuple[str, ...]], ids: Iterable[str]) -> frozenset[str]:
    seen = set()
    todo = list(ids)
    while todo:
        revision = todo.pop()
        if revision not in seen:
            seen.add(revision)
            todo += edges.get(revision, ())
    return frozenset(seen)


def _sound(parents: Mapping[str, tuple[str, ...]], children: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The revisions that no cycle keeps from being applied, each after its parents."""
    waiting = {revision: len(above) for revision, above in parents.items()}
    ready = [revision for revision, count in waiting.items() if count == 0]
    for revision in ready:
        for child in children[revision]:
            waiting[child] -= 1
            if waiting[child] == 0:
                ready.append(child)
    return ready


def _cycles(
    by_id: Mapping[str, Revision],
    parents: Mapping[str, tuple[str, ...]],
    children: Mapping[str, tuple[str, ...]],
    sound: Iterable[str],
) -> list[Problem]:
    """One problem for all that go round in circles; what only hangs behind a circle is not blamed."""
    left = dict.fromkeys(by_id)
    for revision in sound:
        del left[revision]
    trimmed = True
    while trimmed:
        loose = [r for r in left if not any(c in left for c in children[r]) or not any(p in left for p in parents[r])]
        for revision in loose:
            del left[revision]
        trimmed = bool(loose)
    if not left:
        return []
    first = by_id[next(iter(left))]
    message = f"these revisions follow each other in a circle: {', '.join(left)}"
    problem = _broken(
        "cycle", message, first, "point the down_revision of one of them to the revision that came before it"
    )
    return [replace(problem, revisions=tuple(left))]


def _without_inherited(
    down: Mapping[str, tuple[str, ...]], depends: Mapping[str, tuple[str, ...]], sound: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """What each revision follows; a dependency that one before it has already is left out, as in Alembic."""
    inherited: dict[str, frozenset[str]] = {}
    parents = {}
    for revision in sound:
        above = [inherited[p] | set(depends[p]) if depends[p] else inherited[p] for p in down[revision]]
        inherited[revision] = above[0] if len(above) == 1 else frozenset().union(*above)
        own = tuple(name for name in depends[revision] if name not in inherited[revision])
        parents[revision] = tuple(dict.fromkeys(down[revision] + own))
    return parents


def _as_alembic(
    parents: Mapping[str, tuple[str, ...]], starts: Sequence[str], wanted: Iterable[str]
) -> tuple[str, ...]:
    """The wanted revisions in the order in which Alembic applies them.

    Alembic walks from the heads down, staying on a branch until another head needs the revision first, and turns the
    walk round (`RevisionMap._topological_sort`). Where a project has parallel branches the order decides what the
    catalog is when a revision meets it, so it is followed exactly. Ancestors are bit sets: a merge-heavy history of
    ten thousand revisions would otherwise be walked anew at every merge.
    """
    above = _ancestor_bits(parents, wanted)
    number = {revision: index for index, revision in enumerate(above)}
    todo = set(above)
    current = [start for start in starts if start in todo]
    output: list[str] = []
    at = 0
    while current:
        candidate = current[at]
        bit = 1 << number[candidate]
        needs_it_first = next((i for i, head in enumerate(current) if i != at and above[head] & bit), None)
        if needs_it_first is not None:
            at = needs_it_first
            continue
        if candidate in todo:
            output.append(candidate)
            todo.discard(candidate)
        following = [p for p in parents[candidate] if p in todo and p not in current]
        if following:
            current[at] = following[0]
            current += following[1:]
        else:
            del current[at]
            at = max(at - 1, 0)
    output.reverse()
    return tuple(output)


def _ancestor_bits(parents: Mapping[str, tuple[str, ...]], wanted: Iterable[str]) -> dict[str, int]:
    """Revision → the set of itself and all before it, as bits; in an order in which parents come first."""
    inside = set(wanted)
    children = _inverted({r: tuple(p for p in parents[r] if p in inside) for r in parents if r in inside})
    waiting = {revision: sum(p in inside for p in parents[revision]) for revision in children}
    ready = [revision for revision, count in waiting.items() if count == 0]
    bits: dict[str, int] = {}
    for index, revision in enumerate(ready):
        mine = 1 << index
        for parent in parents[revision]:
            mine |= bits.get(parent, 0)
        bits[revision] = mine
        for child in children[revision]:
            waiting[child] -= 1
            if waiting[child] == 0:
                ready.append(child)
    return bits


def _merging(heads: Iterable[str]) -> str:
    """The command that merges the heads, quoted for a shell."""
    import shlex  # Most histories have one head, and shlex imports re.

    return shlex.join(("alembic", "merge", *heads))
