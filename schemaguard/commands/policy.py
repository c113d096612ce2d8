"""policy: check and test what says which acts are allowed, and tell what it would say of one now."""

from schemaguard.adapters.policy.asking import ask_policy, compile_policy
from schemaguard.adapters.policy.reading import read_policy, read_policy_tests
from schemaguard.commands.canary import abort_request, advance_request, start_request
from schemaguard.commands.policing import PolicyDecision, decide, question_of, questions_of
from schemaguard.commands.promote import request as promotion
from schemaguard.commands.rollback import request as way_back
from schemaguard.commands.site import Site
from schemaguard.commands.switching import Request, plan
from schemaguard.errors import ConfigError, ExitCode, UsageError
from schemaguard.frozen import dataclass, replace
from schemaguard.policies.answer import PolicyAnswer
from schemaguard.policies.policy import SHIPPED, PolicyError, RegoPolicy
from schemaguard.policies.question import ACTIONS, example
from schemaguard.policies.testing import PolicyTest, failure_of, read_tests
from schemaguard.releases.release import Intent


@dataclass(frozen=True, slots=True)
class CheckedPolicy:
    """A policy, and what is wrong with it: what its files say, or how it answers an example of each action."""

    policy: RegoPolicy
    problems: tuple[PolicyAnswer, ...]

    @property
    def exit_code(self) -> ExitCode:
        """1 where it can't be evaluated, else 0."""
        return ExitCode.FINDINGS if self.problems else ExitCode.OK


@dataclass(frozen=True, slots=True)
class PolicyTestRun:
    """A policy and its tests, each with what is wrong with its answer; empty where it passes."""

    policy: RegoPolicy
    tests: tuple[tuple[PolicyTest, str], ...]

    @property
    def failed(self) -> tuple[tuple[PolicyTest, str], ...]:
        """Those that fail."""
        return tuple(each for each in self.tests if each[1])

    @property
    def exit_code(self) -> ExitCode:
        """1 where one fails, else 0."""
        return ExitCode.FINDINGS if self.failed else ExitCode.OK


def find_policy(site: Site, named: str | None = None) -> str:
    """The policy that is meant: the one that is named, else the settings'. ConfigError where there is none."""
    setting = named or site.policy
    if setting is None:
        raise ConfigError(
            "no policy is configured",
            at=str(site.config.file or "the settings"),
            next=f'set policy = "{SHIPPED}" for the one that is shipped, or name a folder of Rego',
        )
    return setting


def show_policy(site: Site, named: str | None = None) -> RegoPolicy:
    """The policy in force, or the one that is named. PolicyError where it can't be read."""
    return read_policy(site.config.root, find_policy(site, named))


def check_policy(site: Site, named: str | None = None) -> CheckedPolicy:
    """Read every module, and ask an example of each action: an answer has to be there, whichever it is."""
    policy = show_policy(site, named)
    broken = compile_policy(policy)
    if broken is not None:
        return CheckedPolicy(policy, (broken,))
    answers = ask_policy(policy, [{**example(), "action": action} for action in ACTIONS])
    return CheckedPolicy(policy, tuple(dict.fromkeys(each for each in answers if each.problem)))


def run_policy_tests(site: Site, named: str | None = None) -> PolicyTestRun:
    """Ask what the tests beside a policy ask. PolicyError where there are none, one can't be used,
    or the policy can't be evaluated.
    """
    policy = show_policy(site, named)
    files = read_policy_tests(site.config.root, find_policy(site, named))
    tests = [test for file in files for test in read_tests(file)]
    if not tests:
        raise PolicyError(
            "the policy has no tests",
            at=find_policy(site, named),
            next="write NAME.test.yaml beside it; schemaguard policy show default --tests prints an example",
        )
    answers = ask_policy(policy, [test.question for test in tests])
    first = answers[0]
    if first.problem and first.at and set(answers) == {first}:
        raise PolicyError(
            f"the policy can't be evaluated: {first.problem}", at=first.at, next="schemaguard policy check"
        )
    return PolicyTestRun(policy, tuple((test, failure_of(test, one)) for test, one in zip(tests, answers, strict=True)))


def explain_policy(site: Site, action: str, model: str, version: str | None, reason: str) -> PolicyDecision:
    """What the policy would say of an act now, and what it would be asked. Nothing is changed or written down."""
    find_policy(site)
    if action == "publish":
        return decide(site, (question_of(site, action, (model, version), reason),))
    request = _request(site, action, (model, version), Intent(site.actor, reason))
    # Neither the registry nor the data is what this is about.
    made = plan(site, replace(request, at_once=True, is_unverified=True, accept=request.accept or "policy explain"))
    return decide(site, questions_of(site, made.plan, request.intent))


def _request(site: Site, action: str, what: tuple[str, str | None], intent: Intent) -> Request:
    model, version = what
    match action:
        case "rollback":
            return way_back(site, model, intent, to=version)
        case "abort":
            return abort_request(site, model, intent)
        case "advance":
            return advance_request(site, model, intent, early=True)
        case "promote" | "canary":
            if version is None:
                raise UsageError(
                    "which version is meant?", at="VERSION", next=f"schemaguard policy explain {action} {model} VERSION"
                )
            make = promotion if action == "promote" else start_request
            return make(site, model, version, intent)
        case _:
            known = "promote, canary, advance, abort, rollback or publish"
            raise UsageError(f"no policy is asked of {action} alone", at="ACTION", next=f"write {known}")
