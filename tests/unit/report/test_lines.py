"""Whatever a report is told, a terminal only shows it."""

import io

from rich.console import Console
from rich.text import Text

from schemaguard.report.lines import line
from schemaguard.report.table import Heading, table


def test_no_name_moves_the_cursor_or_turns_the_text_around() -> None:
    hostile = "\x1b[31mred\u202e\x07"
    for is_terminal in (False, True):
        written = io.StringIO()
        console = Console(file=written, width=80, force_terminal=is_terminal, color_system=None, highlight=False)
        line(console, Text.assemble((hostile, "bold"), " serves"))
        table(console, [Heading("name")], [[Text(hostile)]])
        said = written.getvalue()
        assert said.count(r"\x1b[31mred\u202e") == 2
        assert not {"\x07", "\u202e"} & set(said)
        assert "\x1b[31m" not in said


def test_styles_of_what_is_harmless_stay() -> None:
    written = io.StringIO()
    line(Console(file=written, width=80, force_terminal=True, color_system="standard"), Text("żółć", "red"))
    assert "\x1b[31mżółć" in written.getvalue()
