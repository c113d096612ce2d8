"""A drill as one HTML page that needs nothing else, with what happened drawn over the drill's own time."""

from collections.abc import Iterator
from typing import Any

from schemaguard.playbooks.drills import SCENARIOS, Drill, DrilledScenario
from schemaguard.report.drill import seconds
from schemaguard.report.pages.page import page

_LOOKS = {"passed": "proven", "failed": "refuted", "not covered": "uncovered"}
_LEFT, _WIDTH = 60, 260
"""Where the bars of a timeline begin, and how long the longest is."""


def drill_page(drill: Drill) -> str:
    """The page. UsageError where what writes pages isn't installed."""
    said = drill.document
    known = {each.name: each for each in SCENARIOS}
    return page(
        "drill.html",
        drill=said,
        summary=drill.summary,
        scenarios=[
            {
                "said": document,
                "number": known[one.name].number,
                "fault": known[one.name].fault,
                "expected": known[one.name].expected,
                "look": _LOOKS[one.outcome],
                "points": list(_points(one)),
                "forecast": _forecast(one),
            }
            for one, document in zip(drill.scenarios, said["scenarios"], strict=True)
        ],
    )


def _longest(one: DrilledScenario) -> float:
    return max([*(each.at_s for each in one.moments), one.measured.get("forecast_s", 0.0)], default=0.0) or 1.0


def _points(one: DrilledScenario) -> Iterator[dict[str, Any]]:
    for moment in one.moments:
        width = max(moment.at_s / _longest(one) * _WIDTH, 2.0)
        yield {
            "at": seconds(moment.at_s),
            "what": moment.what,
            "width": round(width, 1),
            "label": round(_LEFT + width + 6, 1),
        }


def _forecast(one: DrilledScenario) -> float | None:
    said = one.measured.get("forecast_s")
    return round(_LEFT + said / _longest(one) * _WIDTH, 1) if said is not None and one.moments else None
