from io import StringIO

import pytest
from rich.console import Console

from cncf_llm import sample
from cncf_llm.commands.errors import UsageError
from cncf_llm.commands.mirror import mirror_repositories, mirror_stackexchange
from cncf_llm.ingest import head_commit
from cncf_llm.ingest.git.bundle import bundle_repository
from cncf_llm.ingest.git.remote import Remote
from cncf_llm.landscape import read_landscape
from cncf_llm.settings import Settings

ROW = (
    '  <row Id="1" PostTypeId="1" CreationDate="2020-01-01T00:00:00.000" Score="2" Body="b" '
    'Title="t" Tags="&lt;etcd&gt;" />\n'
)


def mirror(tmp_path, rows, tags=None, tail="</posts>"):
    posts = tmp_path / "Posts.xml"
    posts.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<posts>\n{rows}{tail}')
    console = Console(file=StringIO(), width=200)
    mirror_stackexchange(Settings(), console, posts, tmp_path / "mirror", tags)
    return console.file.getvalue()


def test_the_tags_of_all_projects_are_taken_unless_named(tmp_path):
    said = mirror(tmp_path, ROW + "nonsense\n")
    assert "1 rows" in said
    assert "  etcd: 1 questions" in said
    assert "  kubernetes: 0 questions" in said
    assert "left out, not-a-row: 1 rows" in said
    mirror(tmp_path, ROW, ["helm"])
    assert (tmp_path / "mirror" / "stackexchange" / "helm.jsonl").read_text() == ""


def test_a_truncated_dump_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="truncated"):
        mirror(tmp_path, ROW, ["etcd"], tail="")


def bundles(tmp_path, projects, settings=None):
    """Bundle the sample's repositories, read from their mirror as if that were the network."""
    served = sample.prepare_mirror(tmp_path / "home")
    console = Console(file=StringIO(), width=200)

    def bundle(name, file):
        folder = next(iter(served.glob(f"{name.folder}*")), served / "none")
        return bundle_repository(Remote(f"file://{folder}", "file"), file)

    failed = mirror_repositories(
        settings or Settings(offline=False), console, tmp_path / "mirror", projects, bundle
    )
    return failed, console.file.getvalue()


def test_the_repositories_of_projects_become_bundles_that_stand_for_them(tmp_path):
    failed, said = bundles(tmp_path, ["etcd"])
    made = sorted(path.name for path in (tmp_path / "mirror").iterdir())
    assert failed == 0
    assert made
    assert f"{len(made)} repositories" in said
    assert f"{len(made)} changed, 0 unchanged, 0 failed" in said
    assert f"0 changed, {len(made)} unchanged" in bundles(tmp_path, ["etcd"])[1]
    [row] = read_landscape(str(sample.LANDSCAPE)).projects.filter(project="etcd").to_dicts()
    assert all(head_commit(url, mirror=tmp_path / "mirror") for url in row["repositories"])


def test_a_repository_that_is_gone_is_told_and_the_others_are_made(tmp_path):
    landscape = sample.LANDSCAPE.read_text()
    [row] = read_landscape(str(sample.LANDSCAPE)).projects.filter(project="etcd").to_dicts()
    file = tmp_path / "landscape.yml"
    file.write_text(landscape.replace(row["repositories"][0], "https://github.com/acme/gone"))
    failed, said = bundles(tmp_path, ["etcd", "helm"], Settings(landscape=str(file), offline=False))
    assert failed == 1
    assert "not-found: file://" in said
    assert "1 failed" in said


def test_repositories_are_not_fetched_offline_nor_for_unknown_projects(tmp_path):
    with pytest.raises(UsageError, match="OFFLINE"):
        bundles(tmp_path, None, Settings(offline=True))
    with pytest.raises(UsageError, match="no project nonsense"):
        bundles(tmp_path, ["nonsense"], Settings(offline=False))
