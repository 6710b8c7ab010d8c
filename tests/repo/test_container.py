"""This file holds what the container promises: no root, no write access, no capability.

Rule 1: no engine is needed: the files are read, not built.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import bot
from bot.settings import ROLES
from tests.repo.tree import ROOT, project, text


def _dockerfile() -> list[tuple[str, str]]:
    joined = text(Path("Dockerfile")).replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def _said(word: str) -> list[str]:
    return [rest for said, rest in _dockerfile() if said == word]


def _compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(text(Path("compose.yaml")))
    return read


def test_the_image_is_not_run_by_root() -> None:
    assert _said("USER") == ["10001:10001"]
    assert _dockerfile().index(("USER", "10001:10001")) < _dockerfile().index(("VOLUME", "/data"))


def test_the_image_installs_only_what_is_pinned_by_hash() -> None:
    installs = re.findall(r"pip (?:install|wheel)([^&]*)", "\n".join(_said("RUN")))
    assert installs
    assert [
        each
        for each in installs
        if "--require-hashes" not in each and not {"--no-deps", "--no-index"} <= set(each.split())
    ] == []


def test_the_image_keeps_its_memory_in_one_volume() -> None:
    assert _said("VOLUME") == ["/data"]
    assert "WARY_DATABASE_URL=sqlite:////data/wary.db" in " ".join(_said("ENV"))


def test_the_image_says_whether_it_is_well() -> None:
    assert "/healthz" in _said("HEALTHCHECK")[0]


def test_the_image_serves_by_itself() -> None:
    assert _said("CMD") == ['["wary", "serve"]']


def test_what_the_image_copies_is_there_and_not_ignored() -> None:
    kept = {line[1:] for line in text(Path(".dockerignore")).splitlines() if line.startswith("!")}
    copied = [each for each in _said("COPY") if not each.startswith("--from")]
    sources = {name for each in copied for name in each.split()[:-1]}
    assert sources == kept
    assert [name for name in sorted(sources) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("name", sorted(_compose()["services"]))
def test_no_service_keeps_a_privilege_by_default(name: str) -> None:
    service = _compose()["services"][name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "mem_limit" in service


def test_wary_cannot_write_but_where_it_must() -> None:
    service = _compose()["services"]["wary"]
    assert service["read_only"] is True
    assert [mount.split(":")[0] for mount in service["tmpfs"]] == ["/tmp"]  # noqa: S108 - a mount
    assert [mount.split(":")[1] for mount in service["volumes"]] == ["/data"]
    assert "cap_add" not in service


def test_wary_is_reached_from_this_machine_only() -> None:
    assert _compose()["services"]["wary"]["ports"] == ["127.0.0.1:8080:8080"]


def test_workers_are_there_for_those_who_ask_and_hear_nobody() -> None:
    services = _compose()["services"]
    worker, wary = services["worker"], services["wary"]
    assert worker["profiles"] == services["postgres"]["profiles"]
    assert worker["ports"] == []
    *command, roles = worker["command"]
    assert command == ["wary", "serve", "--roles"]
    assert set(roles.split(",")) <= set(ROLES)
    assert {key: worker[key] for key in ("environment", "volumes", "cap_drop")} == {
        key: wary[key] for key in ("environment", "volumes", "cap_drop")
    }


def test_postgresql_is_there_for_those_who_ask() -> None:
    assert _compose()["services"]["postgres"]["profiles"] == ["postgres"]


def test_every_volume_has_a_name() -> None:
    compose = _compose()
    mounts = [mount for each in compose["services"].values() for mount in each["volumes"]]
    assert {mount.split(":")[0] for mount in mounts} == set(compose["volumes"])


def test_the_image_is_named_after_the_version() -> None:
    assert _compose()["services"]["wary"]["image"] == f"wary:{bot.__version__}"
    assert "version" in project()["project"]["dynamic"]
