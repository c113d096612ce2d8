"""What a doctor found: a line a thing, and below what isn't well what to do."""

from typing import TYPE_CHECKING, Any

from rich.text import Text

from schemaguard.adoption.diagnosis import CheckUp, Health
from schemaguard.report.lines import line
from schemaguard.report.visible import visible

if TYPE_CHECKING:
    from rich.console import Console

_SIGNS = {Health.WELL: ("✓", "green"), Health.WEAK: ("!", "yellow"), Health.ILL: ("✗", "red")}
_WIDTH = 15


def show(check_up: CheckUp, console: "Console") -> None:
    """Print everything in its order, then how it stands."""
    before = ""
    for one in check_up.diagnoses:
        sign, style = _SIGNS[one.health]
        subject = "" if one.subject == before else one.subject
        text = Text.assemble((f"{sign} ", style), (f"{subject:<{_WIDTH}}", "dim"), visible(one.what))
        line(console, text, indent=_WIDTH + 2)
        if one.next:
            line(console, Text(f"{' ' * (_WIDTH + 2)}→ {visible(one.next)}"), indent=_WIDTH + 4)
        before = one.subject
    ill, weak = check_up.count(Health.ILL), check_up.count(Health.WEAK)
    verdict = "ILL" if ill else "WEAK" if weak else "WELL"
    line(console, Text(f"{verdict}  {ill} to be mended, {weak} left unprotected or unknown", "bold"))


def document(check_up: CheckUp) -> dict[str, Any]:
    """The same as one document."""
    return {
        "version": 1,
        "ill": check_up.count(Health.ILL),
        "weak": check_up.count(Health.WEAK),
        "diagnoses": [
            {"subject": one.subject, "health": one.health.value, "what": one.what, "next": one.next}
            for one in check_up.diagnoses
        ],
    }
