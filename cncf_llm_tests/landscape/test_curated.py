import re
from pathlib import Path

import pytest

from cncf_llm.ingest.git.name import repository_name
from cncf_llm.landscape import project_key, read_landscape
from cncf_llm.landscape.curated import SOURCES, curated_sources
from cncf_llm.landscape.item import normalised_url
from cncf_llm.landscape.safe_yaml import load_yaml

REAL = Path(__file__).parents[2].parent / "shared" / "corpus" / "landscape.yml"


def test_every_entry_is_one_readable_line_of_well_formed_facts():
    lines = [line for line in SOURCES.read_text().splitlines() if not line.startswith("#")]
    sources = curated_sources()
    assert len(lines) == len(sources)
    assert lines == sorted(lines, key=lambda line: line.split(":")[0])
    for found in sources.values():
        assert all(repository_name(url).host == "github.com" for url in found.repositories)
        assert all(re.fullmatch(r"https://[a-z0-9.-]+/\S*", url) for url in found.documentation)
        assert all(re.fullmatch(r"[a-z0-9][a-z0-9.+#-]{1,34}", tag) for tag in found.stackoverflow)
        assert found.repositories or found.documentation or found.stackoverflow


def test_known_documentation_repositories_are_there():
    sources = curated_sources()
    assert "https://github.com/kubernetes/website" in sources["kubernetes"].repositories
    assert "https://github.com/helm/helm-www" in sources["helm"].repositories


@pytest.mark.skipif(not REAL.exists(), reason="the real landscape file is not at hand")
def test_graduated_and_incubating_projects_have_all_repositories_that_are_known_of_them():
    rows = {row["project"]: row for row in read_landscape(str(REAL)).projects.to_dicts()}
    mature = {key for key, row in rows.items() if row["maturity"] in ("graduated", "incubating")}
    sources = curated_sources()
    assert mature == set(sources)
    named = 0
    for category in load_yaml(REAL.read_bytes())["landscape"]:
        for subcategory in category["subcategories"]:
            for item in subcategory["items"] or []:
                if project_key(item["name"]) not in mature or "project" not in item:
                    continue
                key = project_key(item["name"])
                more = [one["repo_url"] for one in item.get("additional_repos") or []]
                landscape = {normalised_url(url).lower() for url in [item["repo_url"], *more]}
                curated = {url.lower() for url in sources[key].repositories}
                assert {url.lower() for url in rows[key]["repositories"]} == landscape | curated
                assert not landscape & curated  # the file names only what the landscape does not
                named += 1
    assert named >= len(mature)
