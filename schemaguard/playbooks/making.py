"""The data of a playbook that was found right → its value."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from schemaguard.playbooks.durations import duration
from schemaguard.playbooks.playbook import (
    AfterRollback,
    ApprovalTerms,
    BusinessImpact,
    CanaryStep,
    CanaryTerms,
    DrillTerms,
    EvaluationTerms,
    FallbackVersion,
    Measure,
    MeasurementSource,
    NoticeTerms,
    Playbook,
    PlaybookRoles,
    PlaybookTrigger,
    RetentionTerms,
)
from schemaguard.playbooks.trip import trip

_Data = Mapping[str, Any]


def made(data: _Data) -> Playbook:
    """The playbook of data that its schema and the cross-checks found right."""
    return Playbook(
        model=data["model"],
        owner=data["owner"],
        sources={name: _source(name, source) for name, source in data["sources"].items()},
        triggers=tuple(map(_trigger, data["triggers"])),
        evaluation=_evaluation(data["evaluation"]),
        roles=PlaybookRoles(**{role: tuple(people) for role, people in data["roles"].items()}),
        mode=data.get("mode", "advise"),
        canary=_canary(data["canary"]) if "canary" in data else CanaryTerms(),
        fallback=FallbackVersion(**data["fallback"]) if "fallback" in data else None,
        after_rollback=AfterRollback(**_with_lengths(data.get("after_rollback", {}), "freeze", "cooldown", "within")),
        approvals=tuple(ApprovalTerms(**_with_lengths(each, "timeout")) for each in data.get("approvals", ())),
        impact={name: BusinessImpact(**each) for name, each in data.get("impact", {}).items()},
        notify=tuple(NoticeTerms(**{**each, "events": tuple(each["events"])}) for each in data.get("notify", ())),
        retention=RetentionTerms(**_with_lengths(data.get("retention", {}), "artifacts", "audit", "looks")),
        drills=_drills(data.get("drills", {})),
    )


def _with_lengths(data: _Data, *keys: str) -> dict[str, Any]:
    return {key: _length(value) if key in keys else value for key, value in data.items()}


def _length(text: str) -> timedelta:
    return duration(text)


def _source(name: str, data: _Data) -> MeasurementSource:
    return MeasurementSource(name=name, **_with_lengths(data, "settle", "every"))


def _trigger(data: _Data) -> PlaybookTrigger:
    measure = dict(data["measure"])
    is_null = measure.pop("is", None) is not None
    kept = {key: data[key] for key in ("margin", "impact", "weight") if key in data}
    return PlaybookTrigger(
        name=data["name"],
        measure=Measure(is_null=is_null, **measure),
        trip=trip(data["trip"]),
        action=data["action"],
        is_against_stable=data.get("compare") == "stable",
        **kept,
    )


def _evaluation(data: _Data) -> EvaluationTerms:
    terms = _with_lengths(data, "every", "false_alarm_every")
    missing = terms.pop("missing", {})
    return EvaluationTerms(**terms, **{f"missing_{key}": value for key, value in missing.items()})


def _canary(data: _Data) -> CanaryTerms:
    steps = tuple(CanaryStep(**_with_lengths(step, "hold")) for step in data["steps"])
    return CanaryTerms(steps, data.get("assign_by"), data.get("advance") == "automatic")


def _drills(data: _Data) -> DrillTerms:
    named = data.get("scenarios", "all")
    kept = _with_lengths({key: value for key, value in data.items() if key == "every"}, "every")
    return DrillTerms(**kept, scenarios=() if named == "all" else tuple(named))
