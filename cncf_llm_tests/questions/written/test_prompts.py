from cncf_llm.questions.written.prompts import KINDS, pair_prompt, paraphrase_prompt
from cncf_llm.store import content_hash

# A prompt that says something else is another version: raise the number in its file, then this.
KNOWN = {
    "factoid@1.1": "1196da10",
    "how_to@1.1": "14941e88",
    "troubleshooting@1.1": "3dfdb761",
    "multi_passage@1.1": "d3501e57",
    "yaml@1.1": "186c3e0a",
    "unanswerable@1.1": "2d9aa0bd",
    "paraphrase@1": "8cd9d0b4",
}


def test_a_prompt_that_changed_has_another_version():
    prompts = [*map(pair_prompt, KINDS), paraphrase_prompt()]
    now = {f"{each.name}@{each.version}": content_hash(each.template)[:8] for each in prompts}
    assert now == KNOWN


def test_a_prompt_names_the_project_and_the_mark():
    text = pair_prompt("how_to").text("etcd v3.5", "0123abcd")
    assert "project etcd v3.5." in text
    assert "the mark 0123abcd" in text
    assert "Write 1 to 2 pairs" in text
    assert "$" not in text
