from cncf_llm.store import content_hash, digest, stable_id


def test_an_id_depends_on_every_part_and_on_nothing_else():
    assert stable_id("doc", "repository", "a/b", "x.md") == stable_id(
        "doc", "repository", "a/b", "x.md"
    )
    assert stable_id("doc", "a", "bc") != stable_id("doc", "ab", "c")
    assert stable_id("doc", "a").startswith("doc-")
    assert len(stable_id("doc", "a")) == 24


def test_an_id_survives_undecodable_file_names():
    name = b"caf\xe9.md".decode("utf-8", "surrogateescape")
    assert stable_id("doc", name) != stable_id("doc", "caf.md")


def test_digest_ignores_the_order_of_keys():
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})


def test_text_and_its_bytes_have_one_hash():
    assert content_hash("é") == content_hash("é".encode())
