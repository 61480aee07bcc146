"""How sentences say what something is, is written in, implements, replaces, and whose it is."""

from cncf_llm.entities.labels import LANGUAGE
from cncf_llm.entities.wording import (
    ADVERB,
    ARTICLE,
    ASIDE,
    ENDS,
    IN_CLUSTER,
    LIST,
    LISTED,
    MODIFIERS,
    PHRASE_ENDS,
    SELF,
    STANDARD_ENDS,
    rule,
)

# What a name may stand before: "the Linkerd service mesh". Not "the Kubernetes operator".
_CLASSES = (
    r"service mesh|ingress controller|package manager|container runtime|monitoring system"
    r"|snapshotter|key-value store|distributed key-value store|message (?:broker|queue)"
    r"|time series database|relational database|policy engine|service proxy|reverse proxy"
    r"|API gateway|container registry|container orchestrator|observability framework"
)
IS_A = (
    rule("is_a", rf"{ASIDE} (?:is|are) (?:an?|the) {MODIFIERS}", 0.9, after=PHRASE_ENDS),
    rule(
        "is_a",
        rf"{ASIDE}(?:,| [–—-]|:) (?:an?|the) {MODIFIERS.replace(',?', '')}",
        0.85,
        after=rf"(?!,? (?:or|and)\b){PHRASE_ENDS}",
    ),
    rule(
        "is_a",
        " ",
        0.85,
        anywhere=True,
        presupposed=True,
        lead="the ",
        named=_CLASSES,
        after=r"(?![\w-])",
    ),
)
WRITTEN_IN = (
    rule(
        "written_in",
        rf"{SELF}{ASIDE},?(?: which)? (?:is|was|are|has been)? ?(?:\w+ )?"
        r"(?:written|implemented|programmed|developed) (?:\w+ )?in (?:the )?",
        0.95,
    ),
    rule(
        "written_in",
        rf"{ASIDE} (?:is|are) (?:an?|the) (?:(?!that |which )[\w,/’'-]+ |<CONCEPT>,? ?)"
        r"{1,12}written (?:\w+ )?in ",
        0.9,
    ),
    rule(
        "written_in",
        r" is an? (?:[\w-]+,? ){0,3}",
        0.9,
        tails=[LANGUAGE],
        after=r" (?:library|client|implementation|application|program|package|module|binary"
        r"|daemon|tool)\b",
    ),
)
IMPLEMENTS = (
    rule(
        "implements",
        rf"{SELF}{ADVERB} (?:implements?|speaks?|conforms? to|complies with"
        rf"|is compliant with|adheres to){ADVERB} {ARTICLE}{LIST}",
        0.9,
        after=STANDARD_ENDS,
    ),
    rule(
        "implements",
        rf" is an? (?:[\w-]+ ){{0,4}}implementation of {ARTICLE}{LIST}",
        0.95,
        after=STANDARD_ENDS,
    ),
    rule(
        "implements",
        rf"{SELF}{ADVERB} (?:supports?|has (?:\w+ )?support for|offers (?:\w+ )?support for"
        rf"|provides (?:\w+ )?support for|adds support for){ADVERB} {ARTICLE}{LISTED}",
        0.9,
        after=STANDARD_ENDS,
    ),
    rule(
        "implements",
        rf"{SELF}{ADVERB} (?:provides?|offers?|enables) (?:automatic |built-in |native "
        rf"|transparent |full )?{LISTED}",
        0.8,
        after=STANDARD_ENDS,
    ),
)
IMPLEMENTS = (
    *IMPLEMENTS,
    rule(
        "implements",
        r"(?:'s|’s) (?:automatic |native |built-in )?",
        0.85,
        anywhere=True,
        presupposed=True,
        after=r" (?:support|implementation)\b",
    ),
    rule(
        "implements",
        " ",
        0.85,
        anywhere=True,
        presupposed=True,
        after=r" support\b",
    ),
    rule(
        "implements",
        r" (?:support )?in (?:the )?",
        0.85,
        reverse=True,
        anywhere=True,
        lead=r"(?:support for |supports? )(?:the )?",
        after=ENDS,
    ),
)
ALTERNATIVE = (
    rule(
        "alternative_to",
        rf" (?:is|as|was) (?:an?|the) (?:[\w-]+,? ){{0,5}}(?:alternative"
        rf"|replacement) (?:to|for) {ARTICLE}{LISTED}",
        0.9,
    ),
    rule(
        "alternative_to",
        r" (?:is|was) (?:an?|the) (?:[\w-]+ ){0,3}replacement \([^()]*\) for ",
        0.9,
    ),
    rule(
        "alternative_to",
        rf" (?:replaces|is a fork of|supersedes) {ARTICLE}",
        0.85,
        after=r"(?= ?(?:[.,;:)!]|$)| (?:as|in|and|with|by)\b)",
    ),
    rule(
        "alternative_to",
        r" (?:instead of|rather than|as an alternative to) (?:the )?",
        0.85,
        anywhere=True,
        presupposed=True,
        lead=r"(?:use|uses|using|choose|prefer|adopt|install|installs|run|runs|running) (?:the )?",
        after=IN_CLUSTER,
    ),
)
MAINTAINED = (
    rule(
        "maintained_by",
        r"(?: project)? (?:is|was)(?: now| currently| an? [\w -]{0,40})? (?:maintained"
        r"|developed|hosted|backed|sponsored|governed|stewarded) by (?:the )?",
        0.9,
    ),
    rule(
        "maintained_by",
        r" (?:is|became|joined|was accepted (?:in)?to|was donated to)"
        r" (?:an?|the|as an?)? ?(?:[\w-]+,? ){0,3}(?:hosted )?(?:at |by |under |to |of )?(?:the )?",
        0.85,
        after=r" (?:(?:graduated|incubating|incubation|sandbox|hosted|top[- ]level|level) )*"
        r"(?:projects?\b|in 20\d\d)",
    ),
    rule(
        "maintained_by",
        r", (?:an?|the) (?:[\w-]+ ){0,2}",
        0.9,
        after=r" (?:(?:graduated|incubating|incubation|sandbox|hosted) )*projects?\b",
    ),
)
