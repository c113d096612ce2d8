"""docker/: the Dockerfile and compose.yaml are what they should be, without an engine to ask."""

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

DOCKER = Path(__file__).parents[2] / "docker"
SCRIPTS = sorted((DOCKER / "scripts").iterdir())
INSTRUCTIONS = (
    "FROM", "RUN", "CMD", "EXPOSE", "ENV", "COPY", "ENTRYPOINT", "USER", "WORKDIR", "HEALTHCHECK",
)  # fmt: skip


def _instructions() -> list[tuple[str, str]]:
    """(instruction, arguments) of the Dockerfile, continued lines joined."""
    text = re.sub(r"\\\n\s*", " ", (DOCKER / "Dockerfile").read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))
    return found


def test_every_instruction_is_one_that_the_file_needs() -> None:
    assert {name for name, _ in _instructions()} <= set(INSTRUCTIONS)


def test_images_are_pinned_to_a_patch_release_and_a_distribution(compose: dict[str, Any]) -> None:
    images = [arguments.split()[0] for name, arguments in _instructions() if name == "FROM"]
    images += [service["image"] for service in compose["services"].values() if "build" not in service]
    assert len(images) == 3
    for image in images:
        assert re.fullmatch(r"[a-z]+:\d+(\.\d+)+(-slim)?-bookworm", image), image


def test_what_is_installed_is_pinned_and_leaves_no_cache() -> None:
    installing = [arguments for name, arguments in _instructions() if name == "RUN" and "pip install" in arguments]
    assert len(installing) == 1
    assert "--no-cache-dir" in installing[0]
    assert "--constraint constraints.txt" in installing[0]


def test_the_last_stage_runs_as_nobody_special_and_is_looked_at() -> None:
    names = [name for name, _ in _instructions()]
    last = _instructions()[len(names) - 1 - names[::-1].index("FROM") :]
    users = [arguments for name, arguments in last if name == "USER"]
    assert users == ["10001"]
    assert sum(name == "HEALTHCHECK" for name, _ in last) == 1
    assert names.count("FROM") == 2
    assert any(name == "COPY" and arguments.startswith("--from=build") for name, arguments in last)
    # Nothing of the build is in the image that runs.
    assert not any(name == "RUN" and "pip" in arguments for name, arguments in last)


def test_what_is_copied_is_there_and_is_not_left_out_of_the_context() -> None:
    context = DOCKER.parent
    let_in = (DOCKER / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    for name, arguments in _instructions():
        if name != "COPY" or arguments.startswith("--from"):
            continue
        for source in arguments.split()[:-1]:
            assert (context / source).exists(), source
            assert f"!{source.removeprefix('./')}" in let_in


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_one_of_the_shell_that_is_there(script: Path) -> None:
    assert script.read_text(encoding="utf-8").startswith("#!/bin/sh\n")
    assert script.stat().st_mode & 0o111
    assert "set -eu" in script.read_text(encoding="utf-8")
    checked = subprocess.run(["sh", "-n", script], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_every_service_runs_a_script_of_ours_or_the_image_s_own_program(compose: dict[str, Any]) -> None:
    named = {script.name for script in SCRIPTS}
    for name, service in compose["services"].items():
        for word in service.get("command", ()):
            assert Path(word).name in named, (name, word)
    used = {Path(word).name for service in compose["services"].values() for word in service.get("command", ())}
    assert used | {"healthy"} == named


def test_only_the_registry_is_reached_and_only_from_this_machine(compose: dict[str, Any]) -> None:
    ports = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert ports == {"serve": ["127.0.0.1:8765:8765"]}


def test_no_password_is_written_down(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for key, value in service.get("environment", {}).items():
            if "PASSWORD" in key or "TOKEN" in key:
                assert key.endswith("_FILE"), key
                assert str(value).startswith("/run/secrets/")
            assert not re.search(r"//[^/@]+:[^/@]+@", str(value)), key
        assert set(service.get("secrets", ())) <= set(compose["secrets"])


def test_our_services_have_no_right_that_they_don_t_need(compose: dict[str, Any]) -> None:
    ours = [service for service in compose["services"].values() if "build" in service]
    assert len(ours) == 4
    for service in ours:
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]


def test_services_start_after_what_they_need(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name, service in services.items():
        for other, condition in service.get("depends_on", {}).items():
            if condition["condition"] == "service_healthy":
                assert "healthcheck" in services[other], (name, other)
            else:
                assert condition["condition"] == "service_completed_successfully"
                assert services[other]["restart"] == "on-failure"


def test_a_check_of_health_is_a_command_that_can_be_read(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        check = service.get("healthcheck", {})
        if "test" in check:
            assert check["test"][0] == "CMD"
            if "-c" in check["test"]:
                compile(check["test"][-1], "healthcheck", "exec")
    assert shlex.split((DOCKER / "scripts" / "healthy").read_text(encoding="utf-8"))
