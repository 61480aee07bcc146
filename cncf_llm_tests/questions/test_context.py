from cncf_llm.questions.context import aside, is_list_of_links, is_vague, leans_on_links, topic
from cncf_llm_tests.questions.literals import section


def test_a_topic_is_the_title_when_it_tells_something():
    assert topic(section("", title="Rule files (v2)")) == "Rule files"
    assert topic(section("", title="Getting Started Guide")) is None
    assert aside(section("", title="Rule files"), "load the rule file") == ""
    assert aside(section("", title="Rule files"), "check the syntax") == " (Rule files)"


def test_pointers_to_links_and_pictures():
    for text in ("You can see here.", "As in the screenshot.", "More is explained in the guide."):
        assert leans_on_links(text)
    assert not leans_on_links("Here, the default is 10.")
    assert not leans_on_links("A day is enough here.")
    assert is_list_of_links("- [A](a.md)\n- [B](b.md)\n- C")
    assert not is_list_of_links("- [A](a.md) is the first\n- [B](b.md) is the second")


def test_vague_questions():
    for question in ("How does it work?", "Why is this so?", "What do the following rules do?"):
        assert is_vague(question)
    assert not is_vague("If a rule fails, is it tried again?")
