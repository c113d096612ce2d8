"""What a revision may be called on the command line."""

import pytest

from schemaguard.errors import UsageError
from schemaguard.history import graph
from schemaguard.history.resolution import resolve, span
from schemaguard.history.revision import Revision


def revision(identifier: str, *down: str, **more: tuple[str, ...]) -> Revision:
    return Revision(id=identifier, down=down, file=f"{identifier}.py", **more)


LINE = graph.build(
    [revision("aaa1"), revision("aaa2", "aaa1"), revision("bbb3", "aaa2", replaces=("old1",)), revision("ccc4", "bbb3")]
)
FORKED = graph.build(
    [
        revision("root"),
        revision("left", "root", branch_labels=("l",)),
        revision("right", "root", branch_labels=("r",)),
        revision("left2", "left"),
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("head", ("ccc4",)), ("heads", ("ccc4",)), ("base", ()), ("aaa2", ("aaa2",)), ("bbb", ("bbb3",)),
        ("head-1", ("bbb3",)), ("aaa1+2", ("bbb3",)), ("-1", ("bbb3",)), ("+1", ("aaa1",)), ("bbb-1", ("aaa2",)),
        ("old1", ("bbb3",)), ("aaa1-1", ()), ("aaa1@head", ("ccc4",)),
    ],
)  # fmt: skip
def test_a_word_means_a_revision(text: str, expected: tuple[str, ...]) -> None:
    assert resolve(LINE, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l", ("left2",)), ("r@head", ("right",)), ("l@left", ("left",)), ("l@root+1", ("left",)),
        ("heads", ("right", "left2")), ("r@-1", ("root",)),
    ],
)  # fmt: skip
def test_a_word_may_name_a_branch(text: str, expected: tuple[str, ...]) -> None:
    assert resolve(FORKED, text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("aaa", "several revisions begin with aaa: aaa1, aaa2"),
        ("zzz", "there is no revision 'zzz'"),
        ("", "there is no revision ''"),
        ("head+1", "nothing is 1 after that: the history ends earlier"),
        ("base-1", "nothing is 1 before that: the history starts earlier"),
    ],
)
def test_a_word_that_means_nothing_is_an_error(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve(LINE, text)
    assert caught.value.what == said


@pytest.mark.parametrize(
    ("text", "said"),
    [("head", "head could be any of right, left2"), ("root+1", "the way forks at left, right")],
)
def test_a_word_that_could_mean_several_is_an_error(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve(FORKED, text)
    assert caught.value.what == said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("aaa2", ("aaa2",)), ("aaa2:bbb3", ("aaa2", "bbb3")), ("base:aaa2", ("aaa1", "aaa2")),
        ("bbb3:", ("bbb3", "ccc4")), (":aaa1", ("aaa1",)), ("head-1:head", ("bbb3", "ccc4")),
    ],
)  # fmt: skip
def test_a_range_holds_both_of_its_ends(text: str, expected: tuple[str, ...]) -> None:
    assert span(LINE, text) == expected


def test_a_range_that_runs_backwards_is_an_error() -> None:
    with pytest.raises(UsageError, match="ccc4 doesn't come before aaa1"):
        span(LINE, "ccc4:aaa1")
