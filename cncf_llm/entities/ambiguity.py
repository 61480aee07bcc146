"""Whether an ambiguous word names anything: "use Harbor" does, "Keep the file" does not."""

import re

from cncf_llm.entities.labels import KUBERNETES_KIND, LANGUAGE

_NAME_AFTER = re.compile(
    r"(?:'s\b|[’]s\b)|,|\)|:| (?:is|are|was|has|had|can|will|does|supports?|provides?|uses?|allows?"
    r"|enables?|offers?|makes?|runs?|works?|integrates?|requires?|also|now|and|or|v?\d[\w.]*|project"
    r"|operator|chart|cluster|server|maintainers?|community|team|documentation|docs|users?|CLI|UI"
    r"|API|CRDs?|controllers?|proxy|plugin|installation|deployments?|instances?|releases?|policies"
    r"|registry|registries|integration|support|agent|module|repo|repository|config|configuration"
    r"|dashboard|exporter|metrics|website|developers?|components?)\b"
)
_VERB_OBJECT = re.compile(
    r" (?:the|a|an|this|that|your|it|in mind|to|up|down|all|any|track|with)\b"
)
_KIND_AFTER = re.compile(
    r" (?:resources?|objects?|kinds?|CRDs?|custom|spec|specs|manifests?|named|called|definition|API"
    r"|controller|template|status|must|can|is|are|has)\b"
)
_LANGUAGE_AFTER = re.compile(
    r" (?:\d|librar|module|program|client|code|version|application|app\b|template|SDK|binary|packag"
    r"|service|server|language|struct|test|developer|toolchain|runtime|compiler|plugin|source|API"
    r"|routine|project|implementation|installed|and [A-Z]|or [A-Z])|[,)/]|\.(?:\s|$)|$"
)


def names_something(
    text: str,
    start: int,
    end: int,
    label: str,
    *,
    own: bool,
    kind_case: bool,
    before_name: bool = False,
    after_name: bool = False,
) -> bool:
    """Whether an ambiguous word names its entity at this place in a unit's text.

    `own` says that the text belongs to the very project that the word names. `kind_case` says that
    the word is an API kind that is an ordinary word in lower case ("Service"). `before_name` and
    `after_name` say that a known name follows, or comes right before: "Vault Issuers".
    """
    word = text[start:end]
    before, after = text[:start].rstrip(" \"'(["), text[end : end + 24]
    opens = not before or before[-1] in ".!?:;|•-–—"
    if label == KUBERNETES_KIND and kind_case:
        follows_title = re.match(r" (?!API|CRD|Kubernetes)[A-Z][a-z]", after)
        title_before = re.search(r"\b(?!The|A|An|Each|Kubernetes|K8s)[A-Z][a-z]+$", before)
        if opens:
            return bool(_KIND_AFTER.match(after)) and not word.endswith("s")
        return before_name or (not follows_title and (after_name or not title_before))
    if word.islower():
        return bool(re.match(r" (?:clusters?|v?\d)", after)) and not re.search(
            r"(?:\bof|\bthis|\bsome|\bany|\bthat|\bsame|\bone|\bevery|\bwhat)$", before
        )
    if label == LANGUAGE:
        if opens:
            return bool(_LANGUAGE_AFTER.match(after)) and bool(after.strip(" .,:"))
        return bool(_LANGUAGE_AFTER.match(after)) or bool(re.search(r"\b(?:in|using)$", before))
    if own:
        return not (opens and _VERB_OBJECT.match(after))
    if opens:
        return bool(_NAME_AFTER.match(after))
    return (
        before_name
        or not re.match(r" (?!API|CRD|CLI|UI|Operator|Gateway|CD)[A-Z][a-z]+", after)
        or bool(re.search(r"\b(?:with|using|via|by|install|from|and|or|,)$", before))
    )
