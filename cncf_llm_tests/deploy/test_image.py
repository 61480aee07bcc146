"""What the Dockerfile must keep to. Building it takes a registry and minutes: not here."""

import re
import tomllib

from cncf_llm_tests.deploy.conftest import DEPLOY

LINES = (DEPLOY / "Dockerfile").read_text().splitlines()


def instructions(name):
    return [line.removeprefix(name).strip() for line in LINES if line.startswith(f"{name} ")]


def test_it_has_no_entry_point_and_a_numeric_user():
    # The Jobs of runs and steps set arguments only: an entry point would come before them.
    assert not instructions("ENTRYPOINT")
    assert instructions("USER") == ["1000:1000"]


def test_every_stage_is_of_one_base_that_can_be_replaced():
    stages = [each.split()[0] for each in instructions("FROM")]
    assert set(stages) <= {"${BASE}", "dependencies"}
    (base,) = [each for each in instructions("ARG") if each.startswith("BASE=")]
    assert ":" in base
    assert not base.endswith(":latest")


def test_dependencies_come_before_the_source():
    copies = instructions("COPY")
    assert copies.index("cncf_llm cncf_llm") > copies.index("constraints.txt .")
    last = [each for each in copies if each.startswith("--from")][-2:]
    assert [each.split()[0] for each in last] == ["--from=dependencies", "--from=source"]


def test_it_installs_the_extras_of_the_project_but_those_of_developers():
    text = "\n".join(LINES)
    (listed,) = re.findall(r"for e in (\(.*?\)) for r in", text)
    project = tomllib.loads((DEPLOY.parent / "pyproject.toml").read_text())["project"]
    named = set(re.findall(r'"(\w+)"', listed))
    assert named == set(project["optional-dependencies"]) - {"dev", "all"}
