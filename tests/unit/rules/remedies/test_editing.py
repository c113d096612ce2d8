"""Edits of whole lines: made from the end on, and only in the text that they were made for."""

import pytest

from schemaguard.finding import LineEdit
from schemaguard.rules.remedies.editing import edited, without_overlap


def test_edits_do_not_move_each_other() -> None:
    first, second = LineEdit(1, ("a",), ("x", "y", "z")), LineEdit(3, ("c",), ())
    assert edited("a\nb\nc\n", (first, second)) == edited("a\nb\nc\n", (second, first)) == "x\ny\nz\nb\n"


@pytest.mark.parametrize(
    "edit", [LineEdit(1, ("b",), ("x",)), LineEdit(9, ("a",), ("x",)), LineEdit(2, ("b", "x"), ())]
)
def test_another_text_is_left_alone(edit: LineEdit) -> None:
    assert edited("a\nb\n", (edit,)) is None


def test_of_edits_on_the_same_line_the_first_is_made() -> None:
    one, two, three = (LineEdit(line, ("a",) * 2, ()) for line in (1, 2, 3))
    assert without_overlap([(one,), (two,), (three,)]) == (0, 2)
