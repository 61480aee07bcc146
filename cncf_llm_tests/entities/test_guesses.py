import pytest

from cncf_llm.entities.guesses import plausible, worth_reading
from cncf_llm.entities.spans import Span

ORDINARY = frozenset({"graduation", "use"})


def guess(text: str, name: str, label: str = "PROJECT", beside: tuple[str, ...] = ()) -> bool:
    def span(word: str) -> Span:
        start = text.index(word)
        return Span(start, start + len(word), label, word, "statistical")

    return plausible(span(name), text, [span(word) for word in beside], ORDINARY)


@pytest.mark.parametrize(
    ("text", "name", "beside"),
    [
        ("Deploy it with KubeQuux today.", "KubeQuux", ()),
        ("Send them to the Quux server.", "Quux", ()),
        ("Install Helm, Quux and Flux.", "Quux", ("Helm", "Flux")),
    ],
)
def test_names_of_software(text: str, name: str, beside: tuple[str, ...]) -> None:
    assert guess(text, name, beside=beside)


@pytest.mark.parametrize(
    ("text", "name", "label"),
    [
        ("It was said by Cameron.", "Cameron", "PROJECT"),
        ("Use the Graduation project.", "Graduation", "PROJECT"),
        ("Thanks to Anthony Mirabella", "Anthony Mirabella", "PROJECT"),
        ("With the KSK key", "KSK", "PROJECT"),
        ("In March project work", "March", "PROJECT"),
        ("See values.yaml there.", "values.yaml", "SETTING"),
        ("Call readFile() now.", "readFile", "SETTING"),
        ("It returns a NoopSpan then.", "NoopSpan", "PROJECT"),
        ("the QueueLength value", "QueueLength", "KUBERNETES_KIND"),
        ("since 1.2.3 only", "1.2.3", "VERSION"),
    ],
)
def test_what_is_no_name(text: str, name: str, label: str) -> None:
    assert not guess(text, name, label)


def test_keys_and_kinds() -> None:
    assert guess("Set targetRef here.", "targetRef", "SETTING")
    assert guess("Create a WidgetSet resource.", "WidgetSet", "KUBERNETES_KIND")


def test_only_sentences_with_an_unexplained_name_are_read() -> None:
    def worth(text: str, *known: Span) -> bool:
        return worth_reading(text, 0, len(text), known, ORDINARY)

    assert worth("Now try Quux.")
    assert not worth("now try it.")
    assert not worth("Use the file.")
    assert not worth(
        "Now try Quux.".replace("Now", "use"), Span(8, 12, "PROJECT", "Quux", "pattern")
    )
