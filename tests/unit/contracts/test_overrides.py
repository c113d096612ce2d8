"""The file of overrides: read strictly, written line by line with everything else left as it is."""

from dataclasses import replace
from datetime import date

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from schemaguard.contracts.overrides import Override, parse
from schemaguard.contracts.overriding import with_override
from schemaguard.errors import ContractError

FILE = "contracts/overrides.yaml"
CHANNEL = Override(
    "breaks-reader", "transactions.channel", "fraud", "7", date(2026, 12, 31), "empty since March", "grace", "ada"
)
AMOUNT = replace(CHANNEL, object="transactions.amount")
ZIP = replace(CHANNEL, object="transactions.zip")
WRITTEN = """\
# Reviewed every Monday.
version: 1
overrides:
  # The column was empty.
  - rule: breaks-reader
    object: transactions.channel
    for: fraud@7
    until: 2026-12-31 # the end of the quarter
    reason: empty since March
    # Grace is the lead.
    approved_by: grace
    asked_by: ada
  # The last word.
"""


def _entry(column: str) -> str:
    """The lines of an override like that of the channel, for another column."""
    lines = [line.partition(" #")[0] for line in WRITTEN.splitlines()[4:12] if not line.startswith("    #")]
    return "".join(f"{line}\n" for line in lines).replace("channel", column)


def _plain(*overrides: Override) -> list[Override]:
    return [replace(each, file="", line=1) for each in overrides]


def test_an_override_is_read_with_its_line() -> None:
    assert parse(WRITTEN, FILE) == (replace(CHANNEL, file=FILE, line=5),)


def test_the_first_one_makes_the_file() -> None:
    text = with_override(None, CHANNEL, FILE)

    assert text.startswith("# Approved exceptions")
    assert _plain(*parse(text, FILE)) == [CHANNEL]


def test_a_remark_whose_line_has_no_end_stays_a_line_of_its_own() -> None:
    assert with_override("# Reviewed.", CHANNEL, FILE) == f"# Reviewed.\n{with_override(None, CHANNEL, FILE)}"


def test_nothing_is_made_that_could_not_be_read_again() -> None:
    with pytest.raises(ContractError):
        with_override(None, replace(CHANNEL, reason="\udcff"), FILE)


def test_overrides_stand_in_order_and_nothing_else_moves() -> None:
    text = with_override(with_override(WRITTEN, ZIP, FILE), AMOUNT, FILE)

    written = WRITTEN.replace("  # The column", _entry("amount") + "  # The column")
    assert text == written.replace("  # The last", _entry("zip") + "  # The last")


def test_a_renewed_one_takes_the_place_of_the_old_one_and_keeps_its_notes() -> None:
    text = with_override(with_override(WRITTEN, ZIP, FILE), replace(CHANNEL, until=date(2027, 1, 31)), FILE)

    assert [each.until.year for each in parse(text, FILE)] == [2027, 2026]
    for note in ("# Reviewed every Monday.", "# The column was empty.", "# Grace is the lead.", "# The last word."):
        assert text.count(note) == 1


@pytest.mark.parametrize(
    "text", ["", "# nothing yet\n", "version: 1\noverrides: []\n", "version: 1\noverrides: [ ]\n# end\n"]
)
def test_an_empty_file_gets_its_first_override(text: str) -> None:
    assert _plain(*parse(with_override(text, CHANNEL, FILE), FILE)) == [CHANNEL]


def test_what_isnt_laid_out_line_by_line_is_left_alone() -> None:
    entry = "{rule: a, object: b, for: c, until: 2026-12-31, reason: d, approved_by: e, asked_by: f}"
    with pytest.raises(ContractError, match="nothing can be added"):
        with_override(f"version: 1\noverrides: [{entry}]\n", CHANNEL, FILE)


MALFORMED = {
    "a list": ("[]\n", "the overrides file must be a mapping"),
    "no version": ("overrides: []\n", "version None"),
    "another version": ("version: 2\noverrides: []\n", "version 2"),
    "no overrides": ("version: 1\n", "overrides must be a list"),
    "an unknown key": ("version: 1\noverride: []\n", "unknown key 'override'"),
    "an entry that is a text": ("version: 1\noverrides: [breaks-reader]\n", "an override must be a mapping"),
    "a misspelled key": (WRITTEN.replace("approved_by", "aproved_by"), "unknown key 'aproved_by'"),
    "a missing key": (WRITTEN.replace("    reason: empty since March\n", ""), "no reason"),
    "an empty reason": (WRITTEN.replace("empty since March", '" "'), "reason: ' ' is not text"),
    "a number": (WRITTEN.replace("empty since March", "7"), "reason: 7 is not text"),
    "no day": (WRITTEN.replace("2026-12-31", "soon"), "'soon' is not a date"),
    "a day that isn't": (WRITTEN.replace("2026-12-31", "2026-02-30"), "is not a date"),
    "one person": (WRITTEN.replace("grace", "Ada "), "Ada approves an override that ada asked for"),
    "twice": (WRITTEN + WRITTEN[WRITTEN.index("  - rule") :], "twice"),
    "an anchor": (WRITTEN.replace("rule: breaks-reader", "rule: &a breaks-reader"), "anchors"),
    "a tag": (WRITTEN.replace("rule: breaks-reader", "rule: !!python/name:os.system x"), "tag"),
    "no yaml": ("version: [\n", "not valid YAML"),
    "a NUL": ("version: 1\0\n", "not valid YAML"),
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_file_is_one_clear_error_with_its_place(kind: str) -> None:
    text, said = MALFORMED[kind]
    with pytest.raises(ContractError, match=said) as caught:
        parse(text, FILE)
    assert caught.value.at.startswith(f"{FILE}:")
    assert caught.value.next


_WORDS = st.text(min_size=1, max_size=30).map(lambda text: " ".join(text.split())).filter(bool)


@given(st.lists(st.tuples(_WORDS, _WORDS, _WORDS), min_size=1, max_size=4, unique_by=lambda each: each[0]))
def test_whatever_is_written_is_read_again(entries: list[tuple[str, str, str]]) -> None:
    text: str | None = None
    wanted = []
    for object_, reason, model in entries:
        override = replace(CHANNEL, object=object_, reason=reason, model=model.replace("@", "at"))
        if object_.startswith("public."):
            continue
        text = with_override(text, override, FILE)
        wanted.append(override)
    if text is not None:
        assert sorted(_plain(*parse(text, FILE)), key=lambda each: each.key) == sorted(
            wanted, key=lambda each: each.key
        )
        assert len(yaml.safe_load(text)["overrides"]) == len(wanted)
