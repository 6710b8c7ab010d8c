"""This file holds what Wary depends on: counted, with reasons, and pinned by hash."""

import re
import sys
from importlib import metadata
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.repo.tree import ROOT, files, imports, project, python, requirements, text

RUNTIME = 12
"""Packages that Wary imports or needs at run time; one more is a decision."""

TREE = 25
"""Packages in the tree under them.  Source: trust.md, section 11.1."""

TREE_WITH_EXTRAS = 60

PINNED = sorted(path.name for path in files() if re.fullmatch(r"requirements.*\.txt", path.name))

BUNDLED = {"requirements.txt", "requirements-all.txt", "requirements-dev.txt"}


def _listed(name: str) -> list[str]:
    """Return the lines of the list *name* in pyproject.toml, comments and all."""
    pyproject = text(Path("pyproject.toml"))
    found = re.search(rf"^{name} = \[\n(.*?)^\]", pyproject, re.MULTILINE | re.DOTALL)
    assert found, f"pyproject.toml has no list {name}"
    return [line.strip() for line in found[1].splitlines() if line.strip()]


@pytest.mark.parametrize("name", ["dependencies", "postgres", "telegram", "discord", "dev"])
def test_every_dependency_has_its_reason(name: str) -> None:
    lines = [line for line in _listed(name) if not line.startswith("{")]
    bare = [line for line in lines if not re.search(r'",?\s+# \S+ \S+', line)]
    assert bare == []


def test_runtime_dependencies_are_counted() -> None:
    assert len(project()["project"]["dependencies"]) == RUNTIME


def test_the_tree_of_packages_stays_small() -> None:
    assert len(requirements("requirements.txt")) <= TREE
    assert len(requirements("requirements-all.txt")) <= TREE_WITH_EXTRAS


@pytest.mark.parametrize(
    ("extras", "name"),
    [((), "requirements.txt"), (("postgres", "telegram", "discord"), "requirements-all.txt")],
)
def test_the_pins_are_the_whole_tree_that_the_packages_ask_for(
    extras: tuple[str, ...], name: str
) -> None:
    """So that what is counted is what somebody installs."""
    optional = project()["project"]["optional-dependencies"]
    asked = [*project()["project"]["dependencies"], *(one for e in extras for one in optional[e])]
    wanted = [Requirement(each) for each in asked]
    tree: set[tuple[str, str]] = set()
    while wanted:
        one = wanted.pop()
        for extra in ("", *one.extras):
            if (one.name, extra) not in tree:
                tree.add((one.name, extra))
                for line in metadata.requires(one.name) or ():
                    below = Requirement(line)
                    if below.marker is None or below.marker.evaluate({"extra": extra}):
                        wanted.append(below)
    assert {canonicalize_name(one) for one, _ in tree} <= requirements(name).keys()


def test_every_extra_has_code_that_needs_it() -> None:
    """An extra without code behind it would be a promise: feeds and schools come with theirs."""
    program = "\n".join(text(path) for path in python("bot"))
    optional = project()["project"]["optional-dependencies"]
    owners = packages_distributions()
    needed = {Requirement(each).name: extra for extra in optional for each in optional[extra]}
    unused = {
        f"{extra}: {name}"
        for name, extra in needed.items()
        for modules in [[m for m, by in owners.items() if name in by]]
        if not any(re.search(rf"\b{module}\b", program) for module in modules)
    }
    assert unused == set()
    assert set(optional) == {"postgres", "telegram", "discord"}


def test_there_are_pins_for_running_building_and_testing() -> None:
    assert set(PINNED) == BUNDLED | {"requirements-build.txt"}


@pytest.mark.parametrize("name", PINNED)
def test_every_line_of_requirements_is_pinned_with_a_hash(name: str) -> None:
    joined = text(Path(name)).replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    loose = [
        line[:60]
        for line in lines
        if not re.fullmatch(
            r"[\w.-]+(\[[\w.-]+(, [\w.-]+)*\])?==[\w.+!]+( ; [^#]+?)?"
            r"(\s+--hash=sha256:[0-9a-f]{64})+",
            line,
        )
    ]
    assert lines
    assert loose == []


@pytest.mark.parametrize("name", sorted(BUNDLED))
def test_the_pins_are_what_pyproject_asks_for(name: str) -> None:
    pins = requirements(name)
    wanted = map(Requirement, project()["project"]["dependencies"])
    wrong = [
        str(want)
        for want in wanted
        if not want.specifier.contains(pins.get(want.name.lower(), "0"))
    ]
    assert wrong == []


def test_one_package_has_one_version_in_all_files_of_pins() -> None:
    everything = requirements("requirements-dev.txt")
    for name in PINNED:
        assert requirements(name).items() <= everything.items()


def test_every_package_of_the_group_for_developers_is_pinned() -> None:
    pins = requirements("requirements-dev.txt")
    group = [entry for entry in project()["dependency-groups"]["dev"] if isinstance(entry, str)]
    assert [name for name in group if Requirement(name).name.lower() not in pins] == []


def test_what_tests_and_benchmarks_import_is_declared() -> None:
    imported = {
        name.split(".")[0] for path in python("tests", "bench") for _, name in imports(path)
    }
    foreign = imported - sys.stdlib_module_names - {"bot", "bench", "tests"}
    owners = packages_distributions()
    declared = {name.lower() for name in _declared()}
    loose = {
        name: owners.get(name, ["not installed"])
        for name in sorted(foreign)
        if not declared & {owner.lower() for owner in owners.get(name, [])}
    }
    assert loose == {}


def _declared() -> list[str]:
    groups = [entry for entry in project()["dependency-groups"]["dev"] if isinstance(entry, str)]
    extras = [
        each for extra in project()["project"]["optional-dependencies"].values() for each in extra
    ]
    return [
        Requirement(each).name
        for each in [*project()["project"]["dependencies"], *groups, *extras]
    ]


def test_the_wheel_is_built_by_the_pinned_builder() -> None:
    built_by = project()["build-system"]["requires"]
    assert project()["dependency-groups"]["build"] == built_by
    pins = requirements("requirements-build.txt")
    assert [f"{name}=={version}" for name, version in pins.items()] == built_by


def test_every_python_that_is_named_is_one_that_ci_may_meet() -> None:
    assert project()["project"]["requires-python"] == ">=3.11"
    assert sys.version_info >= (3, 11)


def test_the_checkout_has_no_folder_that_only_the_wheel_has() -> None:
    assert not (ROOT / "bot" / "data").exists()


@pytest.mark.parametrize(
    ("name", "says"),
    [("LICENSE", "Apache License"), ("LICENSE-lessons", "SPDX-License-Identifier: CC-BY-4.0")],
)
def test_the_licences_are_there_and_in_the_wheel(name: str, says: str) -> None:
    assert says in text(Path(name))
    assert name in project()["project"]["license-files"]
