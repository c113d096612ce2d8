"""`serve` and `export-site` as a shell calls them."""

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

PROGRAM = (sys.executable, "-m", "schemaguard.cli")


def _said(folder: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    import os

    kept = {key: value for key, value in os.environ.items() if not key.startswith("SCHEMAGUARD_")}
    return subprocess.run(
        [*PROGRAM, *words], cwd=folder, env={**kept, **environ}, capture_output=True, text=True, timeout=60, check=False
    )


def test_serve_says_where_it_is_answers_there_and_ends_on_an_interrupt(reference_folder: Path) -> None:
    running = subprocess.Popen(
        [*PROGRAM, "serve", "--port", "0"], cwd=reference_folder, stdout=subprocess.PIPE, text=True
    )
    try:
        assert running.stdout is not None
        address = re.search(r"http://127\.0\.0\.1:\d+/", running.stdout.readline())
        assert address is not None
        with urllib.request.urlopen(f"{address[0]}tables/transactions/channel.md", timeout=30) as answer:
            text = answer.read().decode()
            assert "server" not in answer.headers
        assert "May I drop it? No: fraud@7 reads it" in text
    finally:
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=30) in (0, 130)
        assert running.stdout is not None
        running.stdout.close()


def test_a_port_that_is_taken_is_an_error_with_what_to_do(reference_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = _said(reference_folder, "serve", "--port", str(taken.getsockname()[1]))
    assert ran.returncode == 2
    assert "cannot listen at 127.0.0.1" in ran.stderr
    assert "--port" in ran.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_an_address_for_others_without_a_token_is_refused(reference_folder: Path, host: str) -> None:
    ran = _said(reference_folder, "serve", "--host", host, "--port", "0")
    assert ran.returncode == 2
    assert "no token is set" in ran.stderr
    assert "SCHEMAGUARD_WEB_TOKEN" in ran.stderr


def test_a_token_that_is_too_short_is_not_printed(reference_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hunter2\n")
    ran = _said(reference_folder, "serve", "--host", "0.0.0.0", "--token-file", str(tmp_path / "token"))
    assert ran.returncode == 2
    assert "hunter2" not in ran.stderr
    assert _said(reference_folder, "serve", "--token-file", str(tmp_path / "none")).returncode == 2


def test_export_site_writes_a_folder_and_says_where_to_begin(reference_folder: Path, tmp_path: Path) -> None:
    ran = _said(reference_folder, "export-site", str(tmp_path / "site"))
    assert ran.returncode == 0, ran.stderr
    assert re.fullmatch(rf"\d+ pages in {tmp_path}/site: open {tmp_path}/site/index.html\n", ran.stdout)
    assert _said(reference_folder, "export-site", str(reference_folder)).returncode == 2
