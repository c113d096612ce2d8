"""The graph of revisions, compared with Alembic's own wherever Alembic has an answer."""

import random
import warnings

from alembic.script.revision import Revision as TheirRevision
from alembic.script.revision import RevisionMap
from hypothesis import given, settings
from hypothesis import strategies as st

from schemaguard.history import graph
from schemaguard.history.revision import Revision


def revision(identifier: str, *down: str, **more: tuple[str, ...]) -> Revision:
    return Revision(id=identifier, down=down, file=f"versions/{identifier}.py", **more)


def kinds(made: graph.Graph) -> list[str]:
    return [problem.kind for problem in made.problems]


def test_a_line_is_ordered_from_its_base_to_its_head() -> None:
    made = graph.build([revision("c", "b"), revision("a"), revision("b", "a")])
    assert made.order == ("a", "b", "c")
    assert made.heads == ("c",)
    assert made.bases == ("a",)
    assert made.problems == ()


def test_a_merge_comes_after_all_of_its_branches() -> None:
    made = graph.build([revision("a"), revision("b", "a"), revision("c", "a"), revision("m", "b", "c")])
    assert made.order[0] == "a"
    assert made.order[-1] == "m"
    assert made.problems == ()


def test_two_heads_are_a_problem_that_names_both() -> None:
    made = graph.build([revision("a"), revision("b", "a"), revision("c", "a")])
    assert kinds(made) == ["several-heads"]
    assert made.problems[0].revisions == ("b", "c")
    assert made.problems[0].instead == "alembic merge b c, or point one of them at the other"


def test_two_heads_of_labelled_branches_are_what_was_wanted() -> None:
    made = graph.build(
        [
            revision("a", branch_labels=("shop",)),
            revision("b", "a"),
            revision("x", branch_labels=("billing",)),
            revision("y", "x"),
        ]
    )
    assert made.problems == ()
    assert set(made.order) == {"a", "b", "x", "y"}


def test_a_head_that_another_revision_depends_on_is_no_real_head() -> None:
    made = graph.build([revision("a"), revision("x", branch_labels=("other",)), revision("b", "a", depends_on=("x",))])
    assert made.heads == ("x", "b")
    assert made.real_heads == ("b",)
    assert made.order.index("x") < made.order.index("b")


def test_a_dependency_may_be_named_by_its_branch_label() -> None:
    made = graph.build([revision("x", branch_labels=("other",)), revision("a", depends_on=("other",))])
    assert made.parents["a"] == ("x",)


def test_a_missing_parent_is_a_problem_with_its_place() -> None:
    made = graph.build([revision("b", "a"), revision("c", "b")])
    assert kinds(made) == ["missing"]
    assert made.problems[0].place.file == "versions/b.py"
    assert made.order == ("b", "c")


def test_a_parent_that_was_squashed_stands_for_the_revision_that_replaces_it() -> None:
    made = graph.build([revision("s", replaces=("a", "b")), revision("c", "b")])
    assert kinds(made) == ["missing"]
    assert "s replaces it" in made.problems[0].message
    assert made.order == ("s", "c")


def test_a_duplicate_is_a_problem_that_names_both_files() -> None:
    first = Revision(id="a", down=(), file="versions/one.py")
    second = Revision(id="a", down=(), file="versions/two.py")
    made = graph.build([first, second])
    assert kinds(made) == ["duplicate"]
    assert "versions/one.py and versions/two.py" in made.problems[0].message


def test_a_cycle_is_one_problem_and_blames_only_those_in_it() -> None:
    made = graph.build([revision("a", "c"), revision("b", "a"), revision("c", "b"), revision("d", "c"), revision("z")])
    cycle = next(problem for problem in made.problems if problem.kind == "cycle")
    assert set(cycle.revisions) == {"a", "b", "c"}
    assert made.order == ("z",)


def test_a_revision_that_follows_itself_is_a_cycle() -> None:
    assert "cycle" in kinds(graph.build([revision("a", "a")]))


def test_an_empty_history_is_empty() -> None:
    made = graph.build([])
    assert (made.order, made.heads, made.problems) == ((), (), ())


def test_a_label_that_is_used_twice_is_a_problem() -> None:
    made = graph.build([revision("a", branch_labels=("x",)), revision("b", branch_labels=("x",))])
    assert "label" in kinds(made)


def theirs(revisions: list[Revision]) -> RevisionMap:
    return RevisionMap(
        lambda: [
            TheirRevision(
                r.id, r.down or None, dependencies=r.depends_on or None, branch_labels=r.branch_labels or None
            )
            for r in revisions
        ]
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Revision]:
    """Random sound histories: lines, branches, merges, several bases, at most one dependency a revision.

    Alembic keeps several dependencies of a revision in a set, so that their order changes from run to run.
    """
    count = draw(st.integers(1, 14))
    made = []
    for number in range(count):
        above = [f"r{i:02}" for i in range(number)]
        down = draw(st.lists(st.sampled_from(above), max_size=2, unique=True)) if above else []
        free = [name for name in above if name not in down]
        depends = draw(st.lists(st.sampled_from(free), max_size=1)) if free else []
        made.append(revision(f"r{number:02}", *down, depends_on=tuple(depends)))
    shuffled = list(made)
    random.Random(draw(st.integers(0, 1000))).shuffle(shuffled)
    return shuffled


@settings(max_examples=120, deadline=None)
@given(histories())
def test_the_order_is_the_one_in_which_alembic_upgrades(revisions: list[Revision]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        alembic = theirs(revisions)
        order = [r.revision for r in alembic.iterate_revisions("heads", None, implicit_base=True)][::-1]
    made = graph.build(revisions)
    assert list(made.order) == order
    assert set(made.heads) == set(alembic.heads)
    assert set(made.real_heads) == set(alembic._real_heads)
    assert set(made.bases) == set(alembic.bases)


@settings(max_examples=80, deadline=None)
@given(histories(), st.data())
def test_the_order_to_one_revision_is_the_one_in_which_alembic_upgrades_to_it(
    revisions: list[Revision], data: st.DataObject
) -> None:
    target = data.draw(st.sampled_from(revisions)).id
    alembic = theirs(revisions)
    order = [r.revision for r in alembic.iterate_revisions(target, None, implicit_base=True)][::-1]
    made = graph.build(revisions)
    assert list(graph.order_to(made, (target,))) == order


def test_ten_thousand_revisions_with_merges_are_ordered_at_once() -> None:
    revisions = [revision("r0")]
    while len(revisions) < 10_000:
        base = revisions[-1].id
        number = len(revisions)
        revisions += [
            revision(f"r{number}", base),
            revision(f"r{number + 1}", base),
            revision(f"r{number + 2}", f"r{number}", f"r{number + 1}"),
        ]
    made = graph.build(revisions)
    assert len(made.order) == len(revisions)
    position = {identifier: index for index, identifier in enumerate(made.order)}
    assert all(position[parent] < position[r.id] for r in revisions for parent in r.down)
