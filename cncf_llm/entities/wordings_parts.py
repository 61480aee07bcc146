"""How sentences say what something is part of, exposes and is configured by."""

from cncf_llm.entities.labels import COMPONENT, KUBERNETES_KIND, PROJECT
from cncf_llm.entities.wording import (
    ARTICLE,
    ASIDE,
    LIST,
    LISTED,
    MODIFIERS,
    PHRASE_ENDS,
    SELF,
    YOUR,
    rule,
)

_FIELD = (
    r"(?:flags?|options?|fields?|parameters?|settings?|annotations?|keys?|environment variables?"
    r"|labels?)"
)
_NOUN = (
    r" (?:command[- ]line |configuration )?(?:flag|option|field|parameter|setting|annotation"
    r"|environment variable|label)s?\b"
)
CONFIGURED = (
    rule(
        "configured_by",
        r"(?:'s|’s)? ",
        0.9,
        anywhere=True,
        presupposed=True,
        after=r" (?:command[- ]line )?(?:flag|option|parameter|environment variable|setting"
        r"|annotation|field)s?\b",
    ),
    rule(
        "configured_by",
        rf"(?:'s|’s) (?:own )?(?:the )?(?:{_FIELD} )?",
        0.9,
        anywhere=True,
        presupposed=True,
        heads=[KUBERNETES_KIND, COMPONENT],
        after=r"(?![(\w])",
    ),
    rule(
        "configured_by",
        r" (?:is|are|can be|is being) (?:configured|customi[sz]ed|enabled|tuned"
        r"|controlled|set) (?:\w+ly )?(?:by|using|with|via|through)(?: setting)? "
        rf"(?:the |its |a )?(?:<\w+> )?(?:{_FIELD} )?",
        0.85,
    ),
    rule(
        "configured_by",
        rf" {_FIELD} (?:(?:of|for|in|on) {YOUR}|to (?:the |an? |your |each ))",
        0.9,
        reverse=True,
        anywhere=True,
        presupposed=True,
        after=r"(?= ?(?:[.,;:)!]|$)| (?:resource|object|custom|to|is|are|can|spec|that|controls"
        r"|and|or|when|which|if|with|specifies|sets|binary|process|server|command|container|pod|daemon"
        r"|manifest|template|CRD|definition|config|configuration|section|must|should|will)s?\b"
        r"| \()",
    ),
    rule(
        "configured_by",
        r" (?:of|in|on) (?:the |an? |your |each )?(?:<PROJECT> )?",
        0.85,
        reverse=True,
        anywhere=True,
        presupposed=True,
        heads=[KUBERNETES_KIND],
        after=r"(?= ?(?:[.,;:)!]|$)| (?:resources?|objects?|custom|spec|specification|to|and|is"
        r"|manifests?|CRD|definitions?|template)\b)",
    ),
    rule(
        "configured_by",
        r" (?:to|with) (?:the )?",
        0.85,
        reverse=True,
        anywhere=True,
        heads=[COMPONENT, KUBERNETES_KIND],
        lead=r"(?:pass|passing|set|setting|add|adds|added|adding) (?:the )?",
        after=r"(?= ?(?:[.,;:)!]|$)| (?:to|binary|process|server|command|daemon|and|resources?"
        r"|objects?|spec)\b)",
    ),
    rule(
        "configured_by",
        rf"{SELF} with (?:the )?(?:flag )?",
        0.85,
        anywhere=True,
        heads=[COMPONENT, PROJECT],
        lead=rf"(?:run|running|start|starting|launch|launching|configure|configuring) {YOUR}",
        after=r"(?![(\w])",
    ),
)
CONFIGURED = (
    *CONFIGURED,
    rule(
        "configured_by",
        r": (?:add|adds|added|support|introduce|allow)\b[^.;]{0,80}? (?:the |a |new )*",
        0.85,
        heads=[COMPONENT, PROJECT, KUBERNETES_KIND],
        after=_NOUN,
    ),
    rule(
        "configured_by",
        r" (?:is|are|can be|may be) (?:configured|customi[sz]ed|enabled|disabled|changed|overridden"
        r"|tuned|controlled|set|adjusted) (?:\w+ly )?(?:by|using|with|via|through)"
        r"(?: using| setting| specifying| passing)? (?:the |its |a )?",
        0.85,
        anywhere=True,
        heads=[COMPONENT, KUBERNETES_KIND],
        after=_NOUN,
    ),
    rule(
        "configured_by",
        r" (?:command[- ]line )?(?:flag|option|field|parameter|setting|annotation|environment "
        r"variable)s? (?:is |are )?(?:required|used|supported|recogni[sz]ed|read|accepted) "
        rf"(?:for|by|in) {YOUR}",
        0.85,
        reverse=True,
        anywhere=True,
        after=r"(?![\w-])",
    ),
    rule(
        "configured_by",
        r"(?: [\w-]+){0,2} (?:via|through|by|using) (?:setting |specifying |adding )?(?:the )?",
        0.85,
        anywhere=True,
        heads=[KUBERNETES_KIND, COMPONENT],
        after=_NOUN,
    ),
    rule(
        "configured_by",
        " ",
        0.85,
        anywhere=True,
        capital=True,
        presupposed=True,
        heads=[KUBERNETES_KIND],
        after=r"(?![(\w=])",
    ),
)
EXPOSES = (
    rule("exposes", r"(?:'s|’s)? (?:\w+ )?metrics? (?:called |named )", 0.9, anywhere=True),
    rule(
        "exposes",
        rf"{SELF} (?:exposes?|exports?|emits?|provides?|publishes|reports?|records)"
        r" (?:(?!to\b|from\b)\w+ ){0,5}?"
        r"(?:metrics?|counters?|gauges?|histograms?)?(?: (?:called|named))?(?: for \w+)?:? ?"
        + LISTED,
        0.9,
    ),
    rule(
        "exposes",
        r"(?: metric)?(?:,| is| are|,? which is)?(?: a metric)? (?:exposed|exported|emitted"
        r"|provided|reported|published) by (?:the )?",
        0.9,
        reverse=True,
        anywhere=True,
    ),
    rule("exposes", r"(?:'s|’s)? (?:metric )?", 0.85, anywhere=True, after=r" metrics?\b"),
)
PART_OF = (
    rule(
        "part_of",
        r" (?:is|are) (?:(?:also )?part|an? (?:[\w-]+ ){0,3}(?:component|subproject|module"
        r"|plugin|extension|part|resource)) of (?:the )?",
        0.9,
    ),
    rule(
        "part_of",
        r" (?:is|are) an? ",
        0.9,
        after=r" (?:(?:[\w-]+|<\w+>) )?(?:component|subproject|plugin|extension|custom resource"
        r"|resource|api object|controller|daemon)\b",
    ),
    rule(
        "part_of",
        rf"{ASIDE} (?:is|are) (?:an?|the) {MODIFIERS}(?:tool|cli|client|server|dashboard"
        r"|library|daemon|agent|ui) (?:for|of) (?:the )?",
        0.8,
        heads=[COMPONENT],
        after=PHRASE_ENDS,
    ),
    rule(
        "part_of",
        " ",
        0.9,
        reverse=True,
        anywhere=True,
        presupposed=True,
        heads=[KUBERNETES_KIND],
        after=r"(?!-)",
    ),
    rule(
        "part_of",
        r"(?:'s|’s) ",
        0.85,
        reverse=True,
        anywhere=True,
        presupposed=True,
        heads=[COMPONENT],
        after=r"(?! (?:installed|running|from)\b)",
    ),
    rule(
        "part_of",
        " ",
        0.85,
        reverse=True,
        anywhere=True,
        presupposed=True,
        heads=[COMPONENT],
        after=r"(?= ?(?:[.,;:)!]|$)| (?:component|plugin|extension|is|are|can|will|must|to|and|or"
        r"|with|exposes|uses|provides|supports|runs|requires|in|for|using|pods?|deployment|service"
        r"|logs?|configuration|metrics|binary|container|image|flags?)\b)",
    ),
    rule(
        "part_of",
        rf" (?:consists of|includes|ships with|comes with|bundles|is made up of|is composed of) "
        rf"{ARTICLE}{LIST}",
        0.85,
        reverse=True,
        after=r"(?= ?(?:[.,;:)!]|$)| (?:and|or|component|plugin|controller|which|that)\b| \()",
    ),
)
