"""The lines of triggers: what is one, and what share each bounds."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemaguard.playbooks.durations import duration, written
from schemaguard.playbooks.reading import schema_text
from schemaguard.playbooks.trip import EXAMPLES, in_words, line_of, trip

LINES = [
    ("error rate > 2 %", 0.02),
    ("error rate > 0.5%", 0.005),
    ("rate > 10 %", 0.1),
    ("null rate > 5 %", 0.05),
    ("approval rate < 90 %", 0.1),
    ("time-out rate > 1 %", 0.01),
    ("p95 > 300 ms", 0.05),
    ("p99.9 > 2 s", 0.001),
    ("p50 > 0.25 s", 0.5),
    ("KS > 0.15", 0.15),
    ("revenue loses > 20 %", 0.5),
    ("cost/request gains > 10 %", 0.5),
]


@pytest.mark.parametrize(("text", "share"), LINES)
def test_a_line_bounds_a_share_and_is_said_again_as_it_was_written(text: str, share: float) -> None:
    found = trip(text)
    assert line_of(found) == pytest.approx(share)
    assert trip(in_words(found)) == found


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "error rate",
            "error rate > %",
            "error rate > -2 %",
            "error rate >= 2 %",
            "Error rate > 2 %",
            "p96 > 1 ms",
        ),
        *("p95 > 300", "p95 < 300 ms", "KS > 0", "KS > 1", "KS < 0.1", "error rate > 100 %", "x loses > 0 %"),
        *("error rate > 2 % ", "error rate > 2 %\n", "error rate > 1e9 %", "error rate > ٢ %"),
    ],
)
def test_what_is_no_line_says_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"write|lies|crossed"):
        trip(text)


def test_the_schema_takes_every_line_that_is_one() -> None:
    pattern = re.search(r'"trip": \{\s+"type": "string",\s+"pattern": "(.*)"', schema_text())
    assert pattern is not None
    for text in (*EXAMPLES, *(line for line, _ in LINES)):
        assert re.search(pattern[1], text), text


@settings(max_examples=50)
@given(st.integers(1, 9_999), st.sampled_from("smhd"))
def test_a_duration_is_said_again_as_long_as_it_was(number: int, unit: str) -> None:
    length = duration(f"{number}{unit}")
    assert duration(written(length)) == length


@pytest.mark.parametrize("text", ["0s", "10", "s", "-1s", "1.5h", "1w", "1 s", "01s", "36501d", "9999999999s"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="isn't a duration"):
        duration(text)
