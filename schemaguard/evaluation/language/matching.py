"""`match`: patterns against values, of which some aren't known."""

import ast

from schemaguard.evaluation.data_model.operators import compare_values
from schemaguard.evaluation.language.assignment import set_name
from schemaguard.evaluation.machine.interpreter import Completion, Interpreter
from schemaguard.evaluation.values.kinds import is_instance
from schemaguard.evaluation.values.objects import Raised, Unknown, Value
from schemaguard.evaluation.values.scope import Scope


def match(interpreter: Interpreter, node: ast.Match, scope: Scope) -> Completion | None:
    """A `match` statement; a case that can't be decided may run, and so may those behind it."""
    return _match(interpreter, interpreter.evaluate(node.subject, scope), node.cases, scope)


def _match(interpreter: Interpreter, subject: Value, cases: list[ast.match_case], scope: Scope) -> Completion | None:
    for at, case in enumerate(cases):
        fits = _fits(interpreter, case.pattern, subject, scope)
        if fits is not False and case.guard is not None:
            guard = interpreter.truth(interpreter.evaluate(case.guard, scope))
            fits = False if guard is False else (fits if guard else None)
        if fits is False:
            continue
        if fits:
            return interpreter.execute(case.body, scope)
        return interpreter.fork(
            lambda body=case.body: interpreter.execute(body, scope),  # type: ignore[misc]  # bound per turn
            lambda rest=cases[at + 1 :]: _match(interpreter, subject, rest, scope),  # type: ignore[misc]
            scope,
            "it depends on a match that can't be decided",
        )
    return None


def _fits(interpreter: Interpreter, pattern: ast.pattern, subject: Value, scope: Scope) -> bool | None:
    match pattern:
        case ast.MatchValue(value=value):
            wanted = interpreter.evaluate(value, scope)
            return interpreter.truth(compare_values(interpreter, ast.Eq(), subject, wanted))
        case ast.MatchSingleton(value=single):
            return None if isinstance(subject, Unknown) else subject is single
        case ast.MatchAs(pattern=inner, name=name):
            fits = True if inner is None else _fits(interpreter, inner, subject, scope)
            if fits is not False and name is not None:
                set_name(interpreter, name, subject, scope)
            return fits
        case ast.MatchOr(patterns=patterns):
            return _any(_fits(interpreter, one, subject, scope) for one in patterns)
        case ast.MatchClass():
            return _fits_class(interpreter, pattern, subject, scope)
        case ast.MatchSequence(patterns=patterns):
            return _fits_sequence(interpreter, patterns, subject, scope)
        case _:
            return None


def _any(results: "object") -> bool | None:
    found = list(results)  # type: ignore[call-overload]  # a generator of the caller's
    if True in found:
        return True
    return None if None in found else False


def _all(results: "object") -> bool | None:
    found = list(results)  # type: ignore[call-overload]  # a generator of the caller's
    if False in found:
        return False
    return None if None in found else True


def _fits_class(interpreter: Interpreter, pattern: ast.MatchClass, subject: Value, scope: Scope) -> bool | None:
    kind = interpreter.evaluate(pattern.cls, scope)
    fits = is_instance(subject, kind)
    if fits is not True:
        return fits
    if pattern.patterns:
        one = len(pattern.patterns) == 1 and isinstance(subject, str | int | float | bool | list | dict | tuple)
        return _fits(interpreter, pattern.patterns[0], subject, scope) if one else None
    results = []
    for name, inner in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
        try:
            results.append(_fits(interpreter, inner, interpreter.attribute(subject, name), scope))
        except Raised:
            return False
    return _all(results)


def _fits_sequence(interpreter: Interpreter, patterns: list[ast.pattern], subject: Value, scope: Scope) -> bool | None:
    if isinstance(subject, Unknown):
        return None
    if not isinstance(subject, list | tuple):
        return False
    star = next((at for at, one in enumerate(patterns) if isinstance(one, ast.MatchStar)), None)
    if star is None and len(subject) != len(patterns):
        return False
    if star is None:
        pairs = zip(patterns, subject, strict=True)
        return _all([_fits(interpreter, one, value, scope) for one, value in pairs])
    behind = len(patterns) - star - 1
    if len(subject) < star + behind:
        return False
    name = patterns[star].name  # type: ignore[attr-defined]  # the star was looked for
    if name is not None:
        set_name(interpreter, name, list(subject[star : len(subject) - behind]), scope)
    fixed = [*patterns[:star], *patterns[star + 1 :]]
    values = [*subject[:star], *subject[len(subject) - behind :]]
    return _all([_fits(interpreter, one, value, scope) for one, value in zip(fixed, values, strict=True)])
