import polars as pl

from cncf_llm.entities import project_links
from cncf_llm.entities.linking import linked_project
from cncf_llm_tests.entities.conftest import PROJECTS

LANDSCAPE = PROJECTS.vstack(
    pl.DataFrame(
        {"project": ["argo", "kubernetes"], "name": ["Argo", "Kubernetes"], "aliases": [[], []]},
        schema=PROJECTS.schema,
    )
).with_columns(
    repositories=pl.when(pl.col("project") == "argo")
    .then(pl.lit(["https://github.com/argoproj/argo-lint", "https://github.com/argoproj/website"]))
    .otherwise(pl.lit([], dtype=pl.List(pl.String)))
)


def test_names_and_aliases_lead_to_keys() -> None:
    links = project_links(PROJECTS)
    assert links["opa"] == links["open policy agent"] == "open-policy-agent"
    assert "kubernetes" not in links


def test_sub_projects_and_repositories_lead_to_their_project() -> None:
    links = project_links(LANDSCAPE)
    assert links["argo cd"] == links["argo lint"] == links["argo-lint"] == "argo"
    assert links["kubeadm"] == "kubernetes"
    assert "website" not in links
    assert "fluent bit" not in links  # its project is not in this landscape


def test_only_software_and_standards_are_linked() -> None:
    links = project_links(LANDSCAPE)
    assert linked_project(links, "STANDARD", "CNI") == "container-network-interface"
    assert linked_project(links, "PROJECT", "Argo CD") == "argo"
    assert linked_project(links, "ORGANIZATION", "Harbor") is None
    assert linked_project(links, "PROJECT", "Nobody") is None
