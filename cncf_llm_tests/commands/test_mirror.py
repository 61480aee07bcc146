from io import StringIO

import pytest
from rich.console import Console

from cncf_llm.commands.errors import UsageError
from cncf_llm.commands.mirror import mirror_stackexchange
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
