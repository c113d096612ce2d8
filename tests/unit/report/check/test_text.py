# ruff: noqa: E501 - snapshots hold lines as long as they are printed
import io
from dataclasses import replace

from inline_snapshot import snapshot
from rich.console import Console

from schemaguard.finding import Reader, Severity
from schemaguard.report.check import text as check_text
from schemaguard.rules.judging.headline import headed
from schemaguard.rules.judging.verdict import CheckResult
from tests.unit.report.results import IGNORED, REJECTED, result
from tests.unit.rules.findings import finding


def _shown(checked: CheckResult, *, verbose: bool = False, width: int | None = None) -> str:
    out = io.StringIO()
    if width is None:
        console = Console(file=out, highlight=False, markup=False, emoji=False)
    else:
        console = Console(
            file=out, highlight=False, markup=False, emoji=False, force_terminal=True, width=width, no_color=True
        )
    check_text.show(checked, console, verbose=verbose)
    return out.getvalue()


def test_a_rejected_migration_says_who_needs_what_it_takes_away() -> None:
    assert _shown(result(*REJECTED)) == snapshot("""\
migrations/versions/0007_drop_channel.py:18  error  breaks-reader  (also: drop-column)
    op.drop_column("transactions", "channel")
  found     transactions.channel is dropped
  reads it  fraud@7 (active), until it is superseded + 14 days · through the table
            fraud@8 (superseded), until 2026-12-31 · through the table
  effect    its feature query fails with 42703 as soon as this commits
  instead   leave the column until fraud@7 is out of its window; new code can stop using it now

REJECTED  1 error, 0 warnings · 1 of 7 revisions, 1 statement, 0 opaque · rollback class: lossy as Alembic applies it, instant with the guard · 0.31 s
          judged for fraud@7, fraud@8 · windows from contracts/window.lock, as of 2026-11-23
""")


def test_what_was_ignored_is_listed_with_its_reason_and_passes() -> None:
    assert _shown(result(*IGNORED)) == snapshot("""\
migrations/versions/0007_drop_channel.py:18  ignored  drop-column: the table is empty

PASSED  0 errors, 0 warnings, 1 ignored · 1 of 7 revisions, 1 statement, 0 opaque · rollback class: lossy as Alembic applies it, instant with the guard · 0.31 s
        judged for fraud@7, fraud@8 · windows from contracts/window.lock, as of 2026-11-23
""")


def test_a_note_is_shown_on_request_only() -> None:
    note = result(*headed([finding(severity=Severity.NOTE)]))

    assert "drop-column" not in _shown(note)
    assert "drop-column" in _shown(note, verbose=True)


def test_a_remark_is_shown_above_the_verdict() -> None:
    shown = _shown(result(remarks=("contract can't be turned off",)))

    assert shown.splitlines()[0] == "remark: contract can't be turned off"


def test_a_pipe_gets_a_sentence_a_line_without_colour() -> None:
    long = "word " * 60

    shown = _shown(result(*headed([finding(effect=long.strip())])))

    assert f"  effect    {long.strip()}\n" in shown
    assert "\x1b" not in shown


def test_a_terminal_gets_lines_that_fit_and_hang_under_their_label() -> None:
    shown = _shown(result(*headed([finding(effect="word " * 30)])), width=60)

    lines = [line for line in shown.splitlines() if "word" in line]
    assert len(lines) > 1
    assert all(line.startswith(" " * 12) for line in lines[1:])
    assert all(len(line.replace("\x1b[2m", "").replace("\x1b[0m", "")) <= 60 for line in lines)


def test_code_in_the_safer_way_is_never_wrapped() -> None:
    code = '    op.alter_column("transactions_of_the_year", "channel", nullable=True)'

    assert code.strip() in _shown(result(*headed([finding(instead=f"first:\n{code}")])), width=60)


def test_hostile_names_are_shown_and_not_obeyed() -> None:
    hostile = finding(message="[red]x\x1b[31m\u202egnp", statement="DROP TABLE \x07;", object="\x00")

    shown = _shown(result(*headed([hostile])))

    assert "[red]x\\x1b[31m\\u202egnp" in shown
    assert "DROP TABLE \\x07;" in shown


def test_many_readers_are_counted_beyond_the_first_ones() -> None:
    readers = tuple(Reader("fraud", str(version), "read", "active", None) for version in range(1000))

    shown = _shown(result(*headed([finding("breaks-reader", readers=readers)])))

    assert "… and 994 more: --format json lists them all" in shown
    assert shown.count("fraud@") < 20


def test_one_that_reads_and_writes_is_said_to_use_it() -> None:
    readers = (Reader("fraud", "7", "read", "active", None), Reader("fraud", "7", "write", "active", None))

    assert "  uses it   fraud@7 (active)" in _shown(result(*headed([finding("breaks-reader", readers=readers)])))


def test_without_contracts_it_says_that_nobody_was_asked() -> None:
    shown = _shown(replace(result(), contracts=()))

    assert shown.splitlines()[-1].strip().startswith("no contract is in its release window")


def test_a_call_over_several_lines_keeps_its_shape() -> None:
    call = 'op.add_column(\n        "transactions",\n        sa.Column("x", sa.Text),\n    )'

    shown = _shown(result(*headed([finding(statement=call)])))

    assert '    op.add_column(\n        "transactions",\n        sa.Column("x", sa.Text),\n    )\n' in shown
