import json
import os
import threading
from html import escape

import pytest

from cncf_llm.ingest import DumpError, mirror_dump, read_stackoverflow
from cncf_llm.ingest.stackexchange import dump as module

HEAD = '\ufeff<?xml version="1.0" encoding="utf-8"?>\n<posts>\n'
TAIL = "</posts>"
DATE = "2017-03-04T05:06:07.890"


def row(number, kind=1, **more):
    values = {
        "Id": number,
        "PostTypeId": kind,
        "CreationDate": DATE,
        "Score": 3,
        "Body": f"<p>body {number}</p>",
        "OwnerUserId": 70 + number,
        "LastActivityDate": "2020-01-02T03:04:05.000",
        "ContentLicense": "CC BY-SA 4.0",
        **({"Title": "How?", "Tags": "<etcd>"} if kind == 1 else {}),
    } | more
    parts = (
        f'{name}="{escape(str(value)).replace(chr(10), "&#xA;")}"'
        for name, value in values.items()
        if value is not None
    )
    return f"  <row {' '.join(parts)} />\n"


def answer(number, parent, **more):
    return row(number, 2, ParentId=parent, **more)


@pytest.fixture
def dump(tmp_path):
    """Write a dump of rows and return its path."""

    def write(*rows, head=HEAD, tail=TAIL):
        path = tmp_path / "Posts.xml"
        content = "".join([head, *rows, tail])
        path.write_bytes(content.encode("utf-8", "surrogateescape"))
        return path

    return write


def lines(mirror, tag):
    return [json.loads(line) for line in (mirror / "stackexchange" / f"{tag}.jsonl").open()]


def test_questions_of_the_tags_are_joined_with_their_answers(dump, mirror):
    code = '<pre><code>a &lt; b\n  "c"\n</code></pre>'
    posts = dump(
        row(1, Tags="<etcd><go>", AcceptedAnswerId=5, Title='A < "B"', Body=code),
        row(2, Tags="|helm|etcd|", Score=9),  # as dumps since 2024 write them
        row(3, Tags="<java>"),
        answer(4, 1),
        answer(5, 1, OwnerUserId=None, OwnerDisplayName="Ann"),
        answer(6, 3),
        row(7, 5),
        answer(8, 2, ContentLicense=None),
    )
    found = mirror_dump(posts, mirror, ["etcd", "helm", "nobody"])
    assert (found.rows, found.questions, found.answers) == (8, 2, 3)
    assert found.tags == {"etcd": 2, "helm": 1, "nobody": 0}
    assert not found.malformed
    assert [each["question_id"] for each in lines(mirror, "etcd")] == [2, 1]  # by score
    assert [each["question_id"] for each in lines(mirror, "helm")] == [2]
    assert lines(mirror, "nobody") == []
    one = lines(mirror, "etcd")[1]
    assert one["title"] == "A &lt; &quot;B&quot;"
    assert one["body"] == code
    assert [(a["answer_id"], a["is_accepted"]) for a in one["answers"]] == [(4, False), (5, True)]
    assert not (mirror / "stackexchange.partial").exists()

    reading = read_stackoverflow("etcd", ["etcd"], mirror=mirror)
    second, first = reading.documents.sort("path", descending=True).to_dicts()
    assert first["attribution"] == (
        '"A < "B"", https://stackoverflow.com/questions/1, asked by user 71 '
        "(https://stackoverflow.com/users/71), answered by Ann, user 74 "
        "(https://stackoverflow.com/users/74)"
    )
    assert first["licence"] == "CC-BY-SA-4.0"
    assert second["licence"] == "CC-BY-SA-3.0 AND CC-BY-SA-4.0"  # the date decides where unnamed
    assert first["revision"] == "2020-01-02"
    assert code.encode() in first["content"]
    assert reading.drops.is_empty()


def test_malformed_rows_are_counted_and_the_pass_goes_on(dump, mirror, monkeypatch):
    monkeypatch.setattr(module, "MAX_ROW", 5_000)
    posts = dump(
        row(1),
        row(2, PostTypeId="x"),
        row(3, Tags=None),
        row(4, 2),
        row(5, Body=None),
        row(6, Score="many"),
        row(7, CreationDate="yesterday"),
        row(8, Body="&bomb;").replace("&amp;bomb;", "&bomb;"),
        row(9, Body="bad \udcff byte"),
        row(10, Body="\x08"),
        row(11, Body="x" * 20_000),
        row(1),
        row(2**60),
        "  <row Tags='single' />\n",
        "text\n",
        answer(20, 1),
        answer(20, 1),
        row(21),
    )
    found = mirror_dump(posts, mirror, ["etcd"])
    assert [each["question_id"] for each in lines(mirror, "etcd")] == [1, 21]
    assert found.malformed == {
        "no-type": 2,
        "no-tags": 1,
        "no-parent": 1,
        "missing-attribute": 1,
        "bad-value": 3,
        "not-well-formed": 3,
        "row-too-large": 1,
        "repeated-id": 2,
        "not-a-row": 1,
    }


BOMB = '<?xml version="1.0"?>\n<!DOCTYPE posts [<!ENTITY a "aaaa">]>\n<posts>\n'
OUTSIDE = '<?xml version="1.0"?>\n<!DOCTYPE posts SYSTEM "file:///etc/passwd">\n<posts>\n'


@pytest.mark.parametrize(
    ("head", "tail", "message"),
    [
        (HEAD, "", r"Posts.xml ends at row 2, byte \d+, without </posts>"),
        (HEAD, row(9)[:50], "ends at row 3"),
        (BOMB, TAIL, "no DOCTYPE"),
        (OUTSIDE, TAIL, "no DOCTYPE"),
        (BOMB.replace("\n", ""), TAIL, "no DOCTYPE"),
        (HEAD, '<!ENTITY a "b">\n</posts>', "no DOCTYPE"),
        ("PK\x03\x04", TAIL, "byte 0: not the Posts.xml"),
        ("<users>\n", "</users>", "not the Posts.xml"),
        ("", "", "not the Posts.xml"),
    ],
)
def test_a_file_that_is_no_whole_dump_leaves_the_mirror_as_it_was(
    dump, mirror, head, tail, message
):
    mirror_dump(dump(row(1), answer(2, 1)), mirror, ["etcd"])
    before = lines(mirror, "etcd")
    with pytest.raises(DumpError, match=message):
        mirror_dump(dump(row(3), answer(4, 3), head=head, tail=tail), mirror, ["etcd"])
    assert lines(mirror, "etcd") == before
    assert sorted(path.name for path in mirror.iterdir()) == [
        ".stackexchange.lock",
        "stackexchange",
    ]


def test_what_cannot_be_opened_or_named_is_said(dump, mirror, tmp_path):
    with pytest.raises(DumpError, match="No such file"):
        mirror_dump(tmp_path / "none.xml", mirror, ["etcd"])
    with pytest.raises(DumpError, match="not a Stack Overflow tag"):
        mirror_dump(dump(), mirror, ["../etcd"])
    (tmp_path / "file").write_text("")
    with pytest.raises(DumpError, match="file"):
        mirror_dump(dump(), tmp_path / "file", ["etcd"])


def test_other_tags_of_the_mirror_stay_and_a_killed_run_is_cleared_away(dump, mirror):
    mirror_dump(dump(row(1, Tags="<helm>")), mirror, ["helm"])
    (mirror / "stackexchange.partial").mkdir()
    (mirror / "stackexchange.partial" / "posts.sqlite").write_text("half")
    mirror_dump(dump(row(2)), mirror, ["etcd"])
    assert len(lines(mirror, "helm")) == len(lines(mirror, "etcd")) == 1


def test_the_dump_may_be_a_pipe_and_progress_is_told(dump, mirror, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_PROGRESS_BYTES", 50_000)
    content = dump(*[row(n) for n in range(1, 1_000)]).read_bytes()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    threading.Thread(target=pipe.write_bytes, args=(content,), daemon=True).start()
    told: list[str] = []
    found = mirror_dump(pipe, mirror, ["etcd"], told.append)
    assert found.questions == 999
    assert found.bytes == len(content)
    assert len(told) == len(content) // 50_000
    assert "questions" in told[0]
