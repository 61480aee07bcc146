"""How each relation is worded: patterns over the words between two entities of a sentence.

To teach a new wording, add a `_rule` line. In the patterns an entity is a token such as
`<PROJECT>`; letter case does not matter.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cncf_llm.entities.labels import COMPONENT, KUBERNETES_KIND, PROJECT

_ADVERB = r"(?: (?:also|natively|fully|currently|now|already|officially|primarily|directly|both))*"
_MODIFIERS = r"(?:(?!(?:of|for|to|in|that|which|with|from|by|part)\b)[\w/’'-]+,? |<\w+>[- ]){0,6}"
_ARTICLE = r"(?:the |an? )?"
_ASIDE = (
    r"(?: \([^()]{0,60}\)"
    r"|, (?:or|(?:(?:also|often|sometimes|commonly) )?(?:known|abbreviated|referred to|called)"
    r"(?: as)?)"
    r" [^,.]{0,40},)?"
)
_LIST = r"(?:(?:<\w+>|[\w-]+)(?: \([^()]*\))?(?:, (?:and |or )?| and | or |/))*"
_LISTED = r"(?:<\w+>(?: \([^()]*\))?(?:, (?:and |or )?| and | or |/))*"

# What may follow a tail that is a concept or a standard: nothing that makes it a mere modifier.
_PHRASE_ENDS = (
    r"(?= ?(?:[.,;:)!]|$)| (?:for|that|which|and|or|with|from|to|of|in|on|by|as|at|designed|built"
    r"|written|used|like|using|when|where|via|through|running|[–—-] )\b| \()"
)
_STANDARD_ENDS = (
    _PHRASE_ENDS[:-1] + r"| (?:protocols?|specifications?|specs?|standards?|interfaces?|formats?"
    r"|apis?|authentication|encryption|connections?|endpoints?|artifacts?|registries|<\w+>)\b)"
)


@dataclass(frozen=True)
class Rule:
    """How one relation is worded. `between` fits all the words between the two entities.

    `reverse` says that the tail comes first in the sentence. `after` must follow the later entity.
    `anywhere` allows any words before the earlier one, which else must open its clause. `heads` and
    `tails` narrow the labels that the relation's signature allows.
    """

    relation: str
    between: re.Pattern[str]
    confidence: float
    reverse: bool = False
    after: re.Pattern[str] | None = None
    anywhere: bool = False
    heads: frozenset[str] | None = None
    tails: frozenset[str] | None = None


def _rule(
    relation: str,
    between: str,
    confidence: float = 0.9,
    *,
    reverse: bool = False,
    after: str | None = None,
    anywhere: bool = False,
    heads: Iterable[str] | None = None,
    tails: Iterable[str] | None = None,
) -> Rule:
    return Rule(
        relation,
        re.compile(between, re.I),
        confidence,
        reverse,
        re.compile(after, re.I) if after else None,
        anywhere,
        frozenset(heads) if heads else None,
        frozenset(tails) if tails else None,
    )


RULES: tuple[Rule, ...] = (
    _rule("is_a", rf"{_ASIDE} (?:is|are) (?:an?|the) {_MODIFIERS}", after=_PHRASE_ENDS),
    _rule("is_a", rf"{_ASIDE}(?:,| [–—-]|:) an? {_MODIFIERS}", 0.8, after=_PHRASE_ENDS),
    _rule(
        "written_in",
        rf"{_ASIDE},?(?: which)? (?:is|was|are|has been)? ?(?:\w+ )?"
        r"(?:written|implemented|programmed|developed) (?:\w+ )?in (?:the )?",
        0.95,
    ),
    _rule(
        "written_in",
        rf"{_ASIDE} (?:is|are) (?:an?|the) (?:(?!that |which )[\w,/’'-]+ |<CONCEPT>,? ?)"
        r"{1,12}written (?:\w+ )?in ",
        0.9,
    ),
    _rule(
        "implements",
        rf"{_ADVERB} (?:implements?|speaks?|conforms? to|complies with"
        rf"|is compliant with|adheres to){_ADVERB} {_ARTICLE}{_LIST}",
        0.9,
        after=_STANDARD_ENDS,
    ),
    _rule(
        "implements",
        rf" is an? (?:[\w-]+ ){{0,4}}implementation of {_ARTICLE}{_LIST}",
        0.95,
        after=_STANDARD_ENDS,
    ),
    _rule(
        "implements", rf"{_ADVERB} supports{_ADVERB} {_ARTICLE}{_LISTED}", 0.8, after=_STANDARD_ENDS
    ),
    _rule(
        "integrates_with",
        rf"{_ADVERB} (?:integrates|can be integrated|is integrated"
        r"|provides (?:an )?integration|interoperates|works(?: well| seamlessly| together)?"
        rf"|can be used)(?: \w+ly)? with {_ARTICLE}{_LIST}",
        0.9,
    ),
    _rule(
        "integrates_with",
        rf" (?:has|comes with|provides|offers) (?:\w+ ){{0,2}}(?:support|integrations?)"
        rf" (?:for|with) {_ARTICLE}{_LIST}",
        0.8,
    ),
    _rule(
        "integrates_with",
        r" (?:can )?(?:discovers?|scrapes?|sends? \w+ to|exports? \w+ to"
        rf"|forwards? \w+ to) {_ARTICLE}{_LISTED}",
        0.75,
    ),
    _rule(
        "integrates_with",
        rf"{_ADVERB} supports{_ADVERB} {_ARTICLE}{_LISTED}",
        0.7,
        tails=[PROJECT],
        after=_PHRASE_ENDS,
    ),
    _rule(
        "integrates_with",
        rf"{_ASIDE} (?:is|are) (?:an?|the) {_MODIFIERS}(?:\w+|<CONCEPT>) for (?:the )?",
        0.75,
        heads=[PROJECT],
        tails=[PROJECT],
        after=_PHRASE_ENDS,
    ),
    _rule(
        "part_of",
        rf"{_ASIDE} (?:is|are) (?:an?|the) {_MODIFIERS}(?:tool|cli|client|server|dashboard"
        r"|library|daemon|agent|ui) (?:for|of) (?:the )?",
        0.75,
        heads=[COMPONENT],
        after=_PHRASE_ENDS,
    ),
    _rule("depends_on", rf"{_ADVERB} makes use of {_ARTICLE}(?:[\w-]+ )?", 0.8, after=_PHRASE_ENDS),
    _rule(
        "depends_on",
        rf"{_ADVERB} (?:depends (?:up)?on|relies (?:up)?on|requires"
        r"|is (?:built|based) (?:up)?on(?: top of)?|builds (?:up)?on(?: top of)?) "
        rf"{_ARTICLE}{_LISTED}",
        0.85,
        after=r"(?! (?:metrics|users|resources|configuration|documentation|to be\b))",
    ),
    _rule(
        "depends_on",
        rf" uses {_ARTICLE}(?:<\w+> )?",
        0.75,
        after=r" (?:under the hood|internally|as (?:its|a|the) (?:\w+ )?(?:store|backend|database"
        r"|library|engine|data ?store)|for (?:storage|persistence|leader election)|to store)\b",
    ),
    _rule(
        "runs_on",
        rf"{_ADVERB} (?:runs|can run|can be run|is running|can be deployed|can be installed"
        rf"|is deployed|is available)(?: \w+ly)? (?:on|in|inside|on top of) {_ARTICLE}{_LISTED}",
        0.85,
        after=r"(?= ?(?:[.,;:)!]|$)| (?:clusters?|and|or|as|with|using|on|in|nodes?|hosts?|machines"
        r"|systems?|platforms?|environments?|via)\b| \()",
    ),
    _rule(
        "configured_by",
        r"(?:'s|’s)? ",
        0.8,
        anywhere=True,
        after=r" (?:command[- ]line )?(?:flag|option|parameter|environment variable|setting"
        r"|annotation|field)\b",
    ),
    _rule(
        "configured_by",
        r" (?:is|are|can be|is being) (?:configured|customi[sz]ed|enabled|tuned"
        r"|controlled|set) (?:\w+ly )?(?:by|using|with|via|through)(?: setting)? "
        r"(?:the |its |a )?(?:<\w+> )?(?:(?:flag|option|environment variable|annotation|field) )?",
        0.85,
    ),
    _rule(
        "configured_by",
        r" (?:flag|option|parameter|setting|field|annotation|environment variable|key)"
        r"s? (?:of|for|in) (?:the |an? |your |each )?",
        0.85,
        reverse=True,
        anywhere=True,
        after=r"(?= ?(?:[.,;:)!]|$)| (?:resource|object|custom|to|is|are|can|spec|that|controls"
        r"|specifies|sets|with|binary|process|server|command|container|pod)s?\b)",
    ),
    _rule(
        "configured_by",
        r" (?:annotation|label) (?:to|on) (?:the |an? |your |each )?",
        0.8,
        reverse=True,
        anywhere=True,
        heads=[KUBERNETES_KIND],
    ),
    _rule(
        "configured_by",
        r" (?:of|in) (?:the |an? |your |each )?(?:<PROJECT> )?",
        0.75,
        reverse=True,
        anywhere=True,
        heads=[KUBERNETES_KIND],
        after=r"(?= ?(?:[.,;:)!]|$)| (?:resources?|objects?"
        r"|custom|spec|specification|to|and|is|manifest|CRD)\b)",
    ),
    _rule("exposes", r"(?:'s|’s)? (?:\w+ )?metrics? (?:called|named) ", 0.85, anywhere=True),
    _rule(
        "exposes",
        r"(?:'s|’s)? (?:server |controller |operator )?(?:exposes?|exports?|emits?|provides?"
        r"|publishes|reports?|records) (?:\w+ ){0,5}?"
        r"(?:metrics?|counters?|gauges?|histograms?)?(?: (?:called|named))?:? ?" + _LISTED,
        0.85,
    ),
    _rule(
        "exposes",
        r"(?: metric)?(?:,| is| are|,? which is)?(?: a metric)? (?:exposed|exported|emitted"
        r"|provided|reported|published) by (?:the )?",
        0.9,
        reverse=True,
        anywhere=True,
    ),
    _rule(
        "part_of",
        r" (?:is|are) (?:(?:also )?part|an? (?:[\w-]+ ){0,3}(?:component|subproject|module"
        r"|plugin|extension|part|resource)) of (?:the )?",
        0.9,
    ),
    _rule(
        "part_of",
        r" (?:is|are) an? ",
        0.85,
        after=r" (?:component|subproject|plugin|extension|custom resource|resource|api object)\b",
    ),
    _rule(
        "part_of", " ", 0.75, reverse=True, anywhere=True, heads=[KUBERNETES_KIND], after=r"(?!-)"
    ),
    _rule(
        "part_of",
        r"(?:'s|’s) ",
        0.75,
        reverse=True,
        anywhere=True,
        heads=[COMPONENT],
        after=r"(?! (?:installed|running|from)\b)",
    ),
    _rule(
        "part_of",
        rf" (?:consists of|includes|ships with|comes with|bundles|is made up of) "
        rf"{_ARTICLE}{_LIST}",
        0.8,
        reverse=True,
        after=r"(?= ?(?:[.,;:)!]|$)| (?:and|or|component|plugin|controller|which|that)\b| \()",
    ),
    _rule(
        "alternative_to",
        rf" (?:is|as|was) (?:an?|the) (?:[\w-]+,? ){{0,5}}(?:alternative"
        rf"|replacement) (?:to|for) {_ARTICLE}{_LISTED}",
        0.9,
    ),
    _rule(
        "alternative_to",
        r" (?:is|was) (?:an?|the) (?:[\w-]+ ){0,3}replacement \([^()]*\) for ",
        0.9,
    ),
    _rule(
        "alternative_to",
        rf" (?:replaces|is a fork of) {_ARTICLE}",
        0.8,
        after=r"(?= ?(?:[.,;:)!]|$)| (?:as|in|and|with|by)\b)",
    ),
    _rule(
        "maintained_by",
        r"(?: project)? (?:is|was)(?: now| currently| an? [\w -]{0,40})? (?:maintained"
        r"|developed|hosted|backed|sponsored|governed|stewarded) by (?:the )?",
        0.9,
    ),
    _rule(
        "maintained_by",
        r" (?:is|became|joined|was accepted (?:in)?to|was donated to)"
        r" (?:an?|the|as an?)? ?(?:[\w-]+,? ){0,3}(?:hosted )?(?:at |by |under |to |of )?(?:the )?",
        0.85,
        after=r" (?:(?:graduated|incubating|incubation|sandbox|hosted|top[- ]level|level) )*"
        r"(?:projects?\b|in 20\d\d)",
    ),
    _rule(
        "maintained_by",
        r", (?:an?|the) (?:[\w-]+ ){0,2}",
        0.85,
        after=r" (?:(?:graduated|incubating|incubation|sandbox|hosted) )*projects?\b",
    ),
)
