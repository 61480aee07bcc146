from cncf_llm.questions.generators.definition import facts
from cncf_llm_tests.questions.literals import PROJECT, section


def test_the_project_is_defined_wherever_it_is_the_subject():
    (fact,) = facts(PROJECT, section("Prometheus is a monitoring system. It has a database."))
    assert fact.questions[0] == "What is Prometheus?"
    assert fact.answer == "Prometheus is a monitoring system. It has a database."


def test_the_term_of_a_heading_is_defined_with_its_article():
    text = "A _counter_ is a metric that only grows. For details, see the page on types."
    (fact,) = facts(PROJECT, section(text, "Metric types", "Counter"))
    assert fact.questions[0] == "What is a counter in Prometheus?"
    assert fact.answer == "A _counter_ is a metric that only grows."


def test_a_known_component_is_defined_under_any_heading():
    text = "Alerts travel.\n\nThe Alertmanager is a server that sends notifications."
    known = section(text, "Overview", names={"Alertmanager": "COMPONENT"})
    (fact,) = facts(PROJECT, known)
    assert fact.questions[0] == "What is the Alertmanager in Prometheus?"
    assert not list(facts(PROJECT, section(text, "Overview")))


def test_a_manual_name_line_defines_a_part():
    text = "*cache* - enables a frontend cache."
    (fact,) = facts(PROJECT, section(text, "Name", part="the cache plugin"))
    assert fact.answer == "The cache plugin enables a frontend cache."
    (fact,) = facts(PROJECT, section(text.replace("*", ""), "Name", part="the cache plugin"))
    assert fact.questions[0] == "What does the cache plugin of Prometheus do?"


def test_what_no_reader_would_look_up_is_no_definition():
    for text in (
        "The default root is the current directory.",
        "This page is a guide to the server.",
        "The goal is a small binary.",
        "Counters go up.",
        "Prometheus is one of the most popular systems.",
        "Running it as root is a bad idea.",
    ):
        assert not list(facts(PROJECT, section(text, "Overview")))


def test_a_sentence_start_does_not_make_a_name():
    text = "Cardinality is the number of series of a metric."
    (fact,) = facts(PROJECT, section(text, "Cardinality", path="docs/glossary.md"))
    assert fact.questions[0] == 'What does "cardinality" mean in Prometheus?'
    text = "PromQL is a query language."
    (fact,) = facts(PROJECT, section(text, "PromQL", path="docs/glossary.md"))
    assert fact.questions[0] == "What is PromQL in Prometheus?"


def test_a_product_is_defined_under_its_own_name():
    one = section("Pusher is a gateway for short jobs.", product="Pusher (Prometheus)")
    (fact,) = facts(PROJECT, one)
    assert fact.questions[0] == "What is Pusher (Prometheus)?"


def test_what_says_whose_a_project_is_or_comes_late_does_not_define_it():
    for text, *headings in (
        ("Prometheus is a graduated project of a foundation.",),
        ("Prometheus is a process that you should keep apart.", "Isolate it"),
    ):
        assert not list(facts(PROJECT, section(text, *headings)))


def test_inner_types_of_kinds_are_no_terms():
    one = section("BackupSpec is the specification of a backup.", "BackupSpec")
    assert not list(facts(PROJECT, one))
