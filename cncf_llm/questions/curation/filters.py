"""The filters that judge one pair, in the order in which they are asked."""

from collections.abc import Callable, Mapping

from cncf_llm.questions.curation.answer_leak import leaks_no_answer
from cncf_llm.questions.curation.case import Case
from cncf_llm.questions.curation.complete import is_complete
from cncf_llm.questions.curation.english import is_english
from cncf_llm.questions.curation.length import has_fit_length
from cncf_llm.questions.curation.manifest import has_valid_manifests
from cncf_llm.questions.curation.self_contained import is_self_contained
from cncf_llm.questions.curation.support import is_supported
from cncf_llm.questions.facts import Drop

Filter = Callable[[Case], Drop | None]

# By the name that the probes have. Those that need no source judge external sets, too.
WITHOUT_SOURCE: Mapping[str, Filter] = {
    "length": has_fit_length,
    "self_contained": is_self_contained,
    "complete": is_complete,
    "answer_leak": leaks_no_answer,
    "english": is_english,
    "manifest": has_valid_manifests,
}
FILTERS: Mapping[str, Filter] = {**WITHOUT_SOURCE, "support": is_supported}


def refuse(case: Case, filters: Mapping[str, Filter] = FILTERS) -> Drop | None:
    """Return why a pair is refused, or None when it passes all filters."""
    for judge in filters.values():
        if drop := judge(case):
            return drop
    return None
