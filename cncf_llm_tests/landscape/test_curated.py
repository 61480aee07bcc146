from pathlib import Path

import pytest

from cncf_llm.landscape import read_landscape
from cncf_llm.landscape.curated import SOURCES, curated_sources

REAL = Path(__file__).parents[2].parent / "shared" / "corpus" / "landscape.yml"


def test_every_entry_is_one_readable_line_of_well_formed_facts():
    lines = [line for line in SOURCES.read_text().splitlines() if not line.startswith("#")]
    sources = curated_sources()
    assert len(lines) == len(sources)
    assert lines == sorted(lines, key=lambda line: line.split(":")[0])
    for found in sources.values():
        assert all(url.count("/") == 4 for url in found.repositories)
        assert all(url.startswith("https://") for url in found.documentation)
        assert found.repositories or found.documentation or found.stackoverflow


def test_known_documentation_repositories_are_there():
    sources = curated_sources()
    assert "https://github.com/kubernetes/website" in sources["kubernetes"].repositories
    assert "https://github.com/helm/helm-www" in sources["helm"].repositories


@pytest.mark.skipif(not REAL.exists(), reason="the real landscape file is not at hand")
def test_all_graduated_and_incubating_projects_have_an_entry():
    projects = read_landscape(str(REAL)).projects
    mature = projects.filter(projects["maturity"].is_in(["graduated", "incubating"]))["project"]
    assert set(mature) == set(curated_sources())
