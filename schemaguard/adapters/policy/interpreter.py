"""What runs in the process that evaluates a policy: `python -I` this file, and nothing else of schemaguard.

It reads one JSON document of modules and questions from its standard input, takes everything away that a policy could
reach, and writes one JSON document. A policy finds no environment, opens no file and no socket, and ends with its
limits: seconds of CPU, memory, and the size of what is written.

The limits are those of setrlimit(2), but for memory: the interpreter's allocator reserves 256 GB of address space when
it is loaded, which no limit of the kernel's tells from what is used. So a thread looks at what is.
"""

import json
import os
import resource
import sys
import threading
import time

TOO_MUCH_MEMORY = 77
"""The exit code where a policy has used more memory than it may."""
_LOOK_S = 0.01


def main() -> None:
    """Answer every question; what the interpreter itself prints goes nowhere."""
    asked = json.load(sys.stdin)
    sys.path.append(asked["site"])
    from regopy import Interpreter

    memory = os.open("/proc/self/statm", os.O_RDONLY) if sys.platform == "linux" else None
    answers = os.dup(1)
    os.dup2(2, 1)
    _limit(asked["limits"])
    threading.Thread(target=_watch_memory, args=(memory, asked["limits"]["memory_mb"]), daemon=True).start()
    interpreter = Interpreter()
    try:
        for name, text in asked["modules"]:
            interpreter.add_module(name, text)
    except Exception as error:
        _write(answers, {"error": str(error)})
        return
    _write(answers, {"answers": [_answer(interpreter, asked["query"], each) for each in asked["questions"]]})


def _answer(interpreter: "Interpreter", query: str, question: str) -> str:  # type: ignore[name-defined]  # noqa: F821 - imported where it is used
    try:
        # As a text: `set_input` takes a quote in a value for its end, and what follows for more of the answer.
        interpreter.set_input_term(question)
        return str(interpreter.query(query))
    except Exception as error:
        return str(getattr(error, "doc", error)) or type(error).__name__


def _limit(limits: "dict[str, int]") -> None:
    for kind, most in (
        (resource.RLIMIT_CPU, limits["cpu_s"]),
        (resource.RLIMIT_FSIZE, limits["answer_bytes"]),
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def _watch_memory(memory: "int | None", most_mb: int) -> None:
    """End the process where it has used more: the interpreter runs without Python's lock meanwhile."""
    while _used_bytes(memory) <= most_mb * 1024 * 1024:
        time.sleep(_LOOK_S)
    os._exit(TOO_MUCH_MEMORY)


def _used_bytes(memory: "int | None") -> int:
    """The resident memory. Linux's getrusage also counts what the process was forked from, so proc(5) is read."""
    if memory is None:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(os.pread(memory, 100, 0).split()[1]) * resource.getpagesize()


def _write(to: int, document: object) -> None:
    data = json.dumps(document).encode()
    while data:
        data = data[os.write(to, data) :]


if __name__ == "__main__":
    main()
