"""What the policy says of an act, before it is begun: closed where something new would serve, open for every way back.

A policy that can't be evaluated refuses what puts a version to serve, and keeps nobody from going back: that is said,
and stands in the ledger. One that answers with no can be overridden by a person, with a reason.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from schemaguard.adapters.control import ledger
from schemaguard.commands.site import Site
from schemaguard.errors import ConfigError, PlaybookError, RefusedError, SchemaguardError
from schemaguard.frozen import dataclass, replace
from schemaguard.policies.answer import PolicyAnswer, no_answer
from schemaguard.policies.policy import PolicyError
from schemaguard.policies.question import WAYS_BACK, digest_of
from schemaguard.releases.document import plan_hash
from schemaguard.releases.release import Intent
from schemaguard.releases.together import OperationPlan

Question = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PolicyDecision:
    """What a policy was asked of an act, and what came of it; a question and an answer a model."""

    questions: tuple[Mapping[str, Any], ...]
    answers: tuple[PolicyAnswer, ...]
    digest: str | None
    """The policy's, None where it couldn't be read."""
    is_overridden: bool = False

    @property
    def outcome(self) -> str:
        """The worst of the answers in one word, or `overridden`."""
        found = {each.outcome for each in self.answers}
        worst = next(each for each in ("unavailable", "denied", "allowed") if each in found)
        return "overridden" if self.is_overridden else worst

    @property
    def worst(self) -> tuple[Mapping[str, Any], PolicyAnswer]:
        """What speaks most against it."""
        pairs = list(zip(self.questions, self.answers, strict=True))
        return next((each for each in pairs if each[1].outcome == self.outcome), pairs[0])

    @property
    def warning(self) -> str:
        """What is said where the act is carried out all the same; empty where the policy allows it."""
        if self.outcome == "allowed":
            return ""
        question, answer = next(
            each for each in zip(self.questions, self.answers, strict=True) if each[1].outcome != "allowed"
        )
        if answer.problem:
            return f"policy unavailable: {answer.problem}" + (f" ({answer.at})" if answer.at else "")
        how = "was overridden" if self.is_overridden else "would not have allowed it"
        return f"the policy {how}: {question['model']}: {answer.why}"


def questions_of(site: Site, plan: OperationPlan, intent: Intent) -> tuple[Question, ...]:
    """What a policy is asked of a plan, a question a model."""
    shown = {
        "hash": plan_hash(plan),
        "class": plan.reversal_class.value,
        "reversals": [each.object for each in plan.reversals],
        "leftovers": [each.object for each in plan.leftovers],
        "models": list(plan.models),
    }
    return tuple(
        question_of(site, each.kind.value, (each.model, each.to_version), intent.reason, shown)
        | {"decision": intent.decision}
        for each in plan.members
    )


def question_of(
    site: Site, action: str, what: tuple[str, str | None], reason: str, plan: Mapping[str, Any] | None = None
) -> Question:
    """What a policy is asked of an act on (model, version)."""
    # Who has no policy waits neither for what asks one nor for what reads playbooks.
    from schemaguard.adapters.control import policy_facts, watching
    from schemaguard.commands.watched import read_playbook

    model, version = what
    found = site.database.ask(lambda c: policy_facts.facts(c, model))
    one = next((each for each in site.database.ask(watching.in_force) if each.model == model), None)
    playbook = None
    if one is not None:
        said = read_playbook(one)
        terms = [{"act": each.act, "needed": each.needed} for each in said.approvals]
        playbook = {"digest": one.digest, "mode": said.mode, "approvals": terms}
    return {
        "version": 1,
        "action": action,
        "reason": reason,
        "model": model,
        "target": version,
        "plan": plan,
        "playbook": playbook,
        "decision": None,
        **found,
        "actor": {"name": site.actor, **found["actor"]},
    }


def ask_about(
    site: Site, plan: OperationPlan, intent: Intent, *, overrides: bool = False, known: PolicyDecision | None = None
) -> PolicyDecision | None:
    """What the policy says of a plan; None where the settings name none. `known` stands where nothing has changed.

    Raises RefusedError where it says no and nobody overrides it, PolicyError where it can't be evaluated and the plan
    isn't a way back. Both stand in the ledger.
    """
    if site.policy is None:
        return None
    is_back = plan.kind.value in WAYS_BACK
    try:
        questions = questions_of(site, plan, intent)
    except PlaybookError as error:
        if not is_back:
            raise
        return _unasked(plan, intent, error)
    if known is not None and [digest_of(each) for each in questions] == [digest_of(each) for each in known.questions]:
        return known
    decision = decide(site, questions, is_hurried=is_back)
    if decision.outcome == "denied" and overrides:
        decision = _overridden(site, decision, is_back=is_back)
    if decision.outcome in ("allowed", "overridden") or (is_back and decision.outcome == "unavailable"):
        return decision
    write_down(site, decision)
    raise _refused(decision, can_override=not overrides)


def ask_afterwards(site: Site, plan: OperationPlan, intent: Intent) -> PolicyDecision | None:
    """What the policy says of an automatic way back, which didn't wait for it; it stands in the ledger."""
    if site.policy is None:
        return None
    site.database.unlock()
    try:
        decision = decide(site, questions_of(site, plan, intent), is_hurried=True)
        write_down(site, decision)
    except SchemaguardError as error:
        return _unasked(plan, intent, error)
    return decision


def _unasked(plan: OperationPlan, intent: Intent, error: SchemaguardError) -> PolicyDecision:
    """Nobody could even say what is to be asked."""
    questions = tuple(
        {"action": plan.kind.value, "model": each.model, "target": each.to_version, "reason": intent.reason}
        for each in plan.members
    )
    return PolicyDecision(questions, (no_answer(error.what, error.at),) * len(questions), None)


def require_allowed(site: Site, question: Question) -> None:
    """Ask of an act that has no operation, and write the answer down. Raises what `ask_about` raises."""
    decision = decide(site, (question,))
    write_down(site, decision)
    if decision.outcome != "allowed":
        raise _refused(decision, can_override=False)


def decide(site: Site, questions: Sequence[Question], *, is_hurried: bool = False) -> PolicyDecision:
    """The policy's answers; whatever keeps it from answering is an answer too."""
    # Who has no policy doesn't import what asks one.
    from schemaguard.adapters.policy.asking import IN_A_HURRY, PATIENT, ask_policy
    from schemaguard.adapters.policy.reading import read_policy

    assert site.policy is not None
    digest = None
    try:
        policy = read_policy(site.config.root, site.policy)
        digest = policy.digest
        answers = ask_policy(policy, questions, IN_A_HURRY if is_hurried else PATIENT)
    except (PolicyError, ConfigError) as error:
        answers = (no_answer(error.what, error.at),) * len(questions)
    return PolicyDecision(tuple(questions), answers, digest)


def write_down(site: Site, decision: PolicyDecision) -> None:
    """One entry of the ledger a model: what was asked, by which policy, and what came of it."""
    for question, answer in zip(decision.questions, decision.answers, strict=True):
        plan = question.get("plan")
        facts = {
            "action": question["action"],
            "version": question.get("target"),
            "policy": decision.digest,
            "input": digest_of(question),
            "outcome": "overridden" if decision.is_overridden and answer.outcome == "denied" else answer.outcome,
            "deny": list(answer.deny),
            "problem": answer.problem or None,
            "reason": question["reason"],
            "plan_hash": plan["hash"] if plan else None,
        }
        who = (site.actor, question["model"], None)
        site.database.change(lambda c, who=who, facts=facts: ledger.record(c, "policy-decision", who, facts))  # type: ignore[misc]  # bound now


def _overridden(site: Site, decision: PolicyDecision, *, is_back: bool) -> PolicyDecision:
    """The same, overridden by a person: of a way back nobody else is asked, else the policy itself may refuse that."""
    if is_back:
        return replace(decision, is_overridden=True)
    asked = tuple({**each, "action": "override"} for each in decision.questions)
    again = decide(site, asked)
    if again.outcome != "allowed":
        write_down(site, again)
        raise _refused(again, can_override=False)
    return replace(decision, is_overridden=True)


def _refused(decision: PolicyDecision, *, can_override: bool) -> PolicyError | RefusedError:
    question, answer = decision.worst
    act = f"{question['action']} of {question['model']} {question.get('target') or ''}".rstrip()
    digest = f"policy {decision.digest[:12]}" if decision.digest else "the policy"
    if answer.problem:
        return PolicyError(
            f"the policy can't be evaluated, so {act} is refused: {answer.problem}",
            at=answer.at or digest,
            next="schemaguard policy check; nothing was changed",
        )
    override = ", or say that it is done all the same: --override-policy (the ledger keeps it)" if can_override else ""
    return RefusedError(
        f"the policy doesn't allow {act}: {answer.why}",
        at=digest,
        next=f"settle that{override}; nothing was changed",
    )
