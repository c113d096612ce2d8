"""Stands for HAProxy's stats socket: the few commands that matter, and everything that can be wrong with them."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

HEADING = "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight"


@dataclass
class StandIn:
    """What it knows: variables, and (weight, whether it is up) of each server of the backend `fraud`."""

    path: Path
    variables: dict[str, int] = field(default_factory=dict)
    servers: dict[str, tuple[int, bool]] = field(default_factory=dict)
    wrong: str = ""
    heard: list[str] = field(default_factory=list)

    def answer(self, line: str) -> str:
        self.heard.append(line)
        return "".join(self._answer(command.strip()) for command in line.split(";"))

    def _answer(self, command: str) -> str:
        if self.wrong == "denied" and command.startswith(("set", "experimental")):
            return "Permission denied\n\n"
        if command == "experimental-mode on":
            return "\n"
        if found := re.fullmatch(r"get var (\S+)", command):
            known = self.variables.get(found[1])
            return "Variable not found.\n\n" if known is None else f"{found[1]}: type=sint value=<{known}>\n"
        if found := re.fullmatch(r"set var (\S+) int\((-?\d+)\)", command):
            if self.wrong != "deaf":
                self.variables[found[1]] = int(found[2])
            return "\n"
        if command == "show servers state fraud":
            rows = [f"3 fraud 1 {n} - {2 if up else 0} 0 {w} 1" for n, (w, up) in self.servers.items()]
            return "1\n" + "\n".join([HEADING, *rows]) + "\n\n"
        if found := re.fullmatch(r"set weight fraud/(\S+) (\d+)", command):
            if self.wrong != "deaf":
                self.servers[found[1]] = (int(found[2]), self.servers[found[1]][1])
            return "\n"
        return "No such backend.\n\n" if "backend" not in command else "Unknown command.\n\n"

    def serve(self, there: socket.socket) -> None:
        with there, suppress(OSError):
            line = there.recv(65_536).decode().strip()
            match self.wrong:
                case "hangs":
                    time.sleep(5)
                case "drips":
                    for _ in range(50):
                        there.sendall(b"x")
                        time.sleep(0.1)
                case "garbage":
                    there.sendall(b"\xff\x00 type=sint value=<x>\n" * 3)
                case "endless":
                    while True:
                        there.sendall(b"#" * 65_536)
                case "huge":
                    there.sendall(b"proc.canary: type=sint value=<" + b"9" * 5000 + b">\n")
                case "closes":
                    pass
                case _:
                    there.sendall(self.answer(line).encode())


@contextmanager
def stands_in(path: Path, **known: object) -> Iterator[StandIn]:
    """One that listens at a path."""
    made = StandIn(path, **known)  # type: ignore[arg-type]  # fields of it
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def accept() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=made.serve, args=(listener.accept()[0],), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield made
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
