"""The API as its description says: schemathesis makes requests up from it (`make api`).

It is installed in an environment of its own, `.api`: it needs another hypothesis than our tests do.
"""

import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from tests.registry.stores import free_port

ROOT = Path(__file__).parents[1]
CHECKS = "not_a_server_error,status_code_conformance,response_schema_conformance,content_type_conformance"
PATIENCE_S = 60


def main() -> int:
    """What schemathesis says, and its exit code."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    words = [sys.executable, "-m", "schemaguard.cli", "serve", "--port", str(port)]
    server = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        _wait(address)
        asked = ["run", f"{address}/api/v1/openapi.json", "--checks", CHECKS, "-n", "50"]
        return subprocess.run([ROOT / ".api/bin/st", *asked], cwd=ROOT, check=False).returncode
    finally:
        server.terminate()
        server.wait(30)


def _wait(address: str) -> None:
    for _ in range(PATIENCE_S):
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(1)
    raise SystemExit("the server didn't start")


if __name__ == "__main__":
    sys.exit(main())
