"""Asking a policy: in a process of its own, with an empty environment and limits, and an end to waiting."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from schemaguard.adapters.policy import interpreter
from schemaguard.errors import ConfigError
from schemaguard.frozen import dataclass
from schemaguard.policies.answer import PolicyAnswer, answer_of, error_of, no_answer
from schemaguard.policies.policy import PACKAGE, RegoPolicy
from schemaguard.policies.question import require_whole


@dataclass(frozen=True, slots=True)
class PolicyLimits:
    """What an evaluation may use: seconds of the clock and of CPU, memory, and the size of its answer."""

    wall_s: float = 30
    cpu_s: int = 2
    memory_mb: int = 400
    answer_bytes: int = 1_000_000


PATIENT = PolicyLimits()
IN_A_HURRY = PolicyLimits(wall_s=2)
"""Where somebody goes back and waits."""


def require_interpreter() -> str:
    """The folder that the interpreter is installed in. ConfigError where it isn't installed."""
    found = find_spec("regopy")
    if found is None or found.origin is None:
        raise ConfigError(
            "a policy is evaluated by regopy, which isn't installed", next="pip install 'schemaguard-ml[policy]'"
        )
    return str(Path(found.origin).parents[1])


def ask_policy(
    policy: RegoPolicy, questions: Sequence[Mapping[str, Any]], limits: PolicyLimits = PATIENT
) -> tuple[PolicyAnswer, ...]:
    """The answer to each question, in their order; whatever goes wrong is an answer too, of outcome `unavailable`.

    Raises PolicyError where a question isn't whole, ConfigError where the interpreter isn't installed.
    """
    site = require_interpreter()
    for question in questions:
        require_whole(question)
    found = _evaluated(policy, questions, site, limits)
    if isinstance(found, PolicyAnswer):
        if len(questions) > 1 and not found.at:
            # One of them may have used up what all have: each is asked by itself.
            return tuple(ask_policy(policy, (question,), limits)[0] for question in questions)
        return (found,) * len(questions)
    return tuple(answer_of(policy, said) for said in found)


def compile_policy(policy: RegoPolicy, limits: PolicyLimits = PATIENT) -> PolicyAnswer | None:
    """What is wrong with a policy's text; None where every module of it can be read."""
    found = _evaluated(policy, (), require_interpreter(), limits)
    return found if isinstance(found, PolicyAnswer) else None


def _evaluated(
    policy: RegoPolicy, questions: Sequence[Mapping[str, Any]], site: str, limits: PolicyLimits
) -> list[str] | PolicyAnswer:
    """What the interpreter printed for each question, or why it printed nothing."""
    asked = {
        "site": site,
        "modules": [[module.name, module.text] for module in policy.modules],
        "query": f"data.{PACKAGE}",
        "questions": [json.dumps(each, ensure_ascii=False) for each in questions],
        "limits": {"cpu_s": limits.cpu_s, "memory_mb": limits.memory_mb, "answer_bytes": limits.answer_bytes},
    }
    try:
        code, data = _said_by_process(json.dumps(asked).encode(), limits)
    except OSError as error:
        return no_answer(f"no process can be started for it: {error.strerror}")
    if code is None:
        return no_answer(f"it was stopped after {limits.wall_s:g} s")
    if code != 0:
        return no_answer(_why(code, limits))
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return no_answer("the interpreter ended without an answer")
    if "error" in document:
        return error_of(policy, document["error"])
    answers: list[str] = document["answers"]
    return answers


def _said_by_process(asked: bytes, limits: PolicyLimits) -> tuple[int | None, bytes]:
    """The exit code of the process, None where it had to be stopped, and what it wrote."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as answered:
        said.write(asked)
        said.seek(0)
        code = _run((said.fileno(), answered.fileno()), limits)
        answered.seek(0)
        return code, answered.read(limits.answer_bytes + 1)


def _run(streams: tuple[int, int], limits: PolicyLimits) -> int | None:
    """The exit code of the process, None where it had to be stopped."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-B", str(Path(interpreter.__file__))],
        stdin=streams[0],
        stdout=streams[1],
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        start_new_session=True,
    )
    try:
        return process.wait(limits.wall_s)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _why(code: int, limits: PolicyLimits) -> str:
    """Why a process ended badly, as far as its end shows it."""
    if -code in (signal.SIGXCPU, signal.SIGKILL):
        return f"it was stopped after {limits.cpu_s} s of CPU"
    if code == interpreter.TOO_MUCH_MEMORY:
        return f"it was stopped: it wanted more than {limits.memory_mb} MB of memory"
    if -code == signal.SIGSEGV:
        return "the interpreter crashed: the policy is nested too deeply, or wants too much memory"
    return f"the interpreter failed, or answered more than {limits.answer_bytes:,} bytes"
