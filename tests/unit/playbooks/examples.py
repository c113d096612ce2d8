"""A playbook that uses every key, and what a test changes in it."""

from pathlib import Path

EXAMPLE = (Path(__file__).parents[3] / "playbooks" / "fraud.yaml").read_text(encoding="utf-8")


def changed(old: str, new: str) -> str:
    """The example with one text in place of another, which is there once."""
    assert EXAMPLE.count(old) == 1, old
    return EXAMPLE.replace(old, new)


def line_of(text: str, words: str) -> int:
    """The number of the line in which the words stand."""
    return text[: text.index(words)].count("\n") + 1
