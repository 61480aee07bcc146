import pytest

from cncf_llm.corpus.licences import permitted

ALLOWED = ("Apache-2.0", "MIT", "CC-BY-4.0")


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("Apache-2.0", True),
        ("apache-2.0", True),
        ("GPL-3.0-only", False),
        ("unknown", False),
        ("Apache-2.0 AND CC-BY-4.0", True),
        ("Apache-2.0 AND GPL-3.0-only", False),
        ("Apache-2.0 OR GPL-3.0-only", True),
        ("GPL-3.0-only OR MIT AND unknown", False),  # AND binds tighter
        ("(GPL-3.0-only OR MIT) AND CC-BY-4.0", True),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("GPL-2.0-only WITH Classpath-exception-2.0 OR MIT", True),
        ("", False),
        ("MIT MIT", False),
        ("(MIT", False),
        ("MIT)", False),
        ("MIT OR", False),
        ("AND", False),
    ],
)
def test_permitted(expression, answer):
    assert permitted(expression, ALLOWED) is answer


def test_unknown_can_be_let_in_by_name():
    assert permitted("unknown", [*ALLOWED, "unknown"])
