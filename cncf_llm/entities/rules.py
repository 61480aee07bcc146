"""The wordings of each relation, most certain first within a relation.

To teach a new wording, add a line. In the patterns an entity is a token such as `<PROJECT>`; letter
case does not matter. The numbers are the shares that a reader found right in draws from the
documentation of five projects, rounded down.
"""

from cncf_llm.entities.labels import COMPONENT, KUBERNETES_KIND, LANGUAGE, PLATFORM, PROJECT
from cncf_llm.entities.wording import (
    ADVERB,
    ARTICLE,
    ASIDE,
    LIST,
    LISTED,
    MODIFIERS,
    PHRASE_ENDS,
    SELF,
    STANDARD_ENDS,
    Rule,
    rule,
)

_ENDS = r"(?= ?(?:[.,;:)!]|$)| \()"
_IN_CLUSTER = (
    r"(?= ?(?:[.,;:)!]|$)| (?:clusters?|and|or|as|with|using|on|in|nodes?|hosts?|machines"
    r"|containers?|systems?|platforms?|environments?|via|from|to|for|that|which|by|when|where"
    r"|instances?)\b| \()"
)
_RUN = (
    r"(?:run|running|runs|install|installing|installs|deploy|deploying|deploys|operate|operating)"
)
_NO_MODIFIER = r"(?! ?[-/]| (?:metrics|users|resources|configuration|documentation|to be)\b)"
_YOUR = r"(?:the |an? |your |each |this |its |our )?"

_IS_A = (
    rule("is_a", rf"{ASIDE} (?:is|are) (?:an?|the) {MODIFIERS}", 0.9, after=PHRASE_ENDS),
    rule(
        "is_a",
        rf"{ASIDE}(?:,| [–—-]|:) (?:an?|the) {MODIFIERS.replace(',?', '')}",
        0.85,
        after=rf"(?!,? (?:or|and)\b){PHRASE_ENDS}",
    ),
)
_WRITTEN_IN = (
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
_IMPLEMENTS = (
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
_INTEGRATES = (
    rule(
        "integrates_with",
        rf"{SELF}{ADVERB} (?:(?:can |to |that )?integrates?|can be integrated|is integrated"
        r"|(?:provides|has|offers) (?:an? )?(?:\w+ )?integrations?|(?:can )?interoperates?"
        r"|(?:can )?works?(?: well| seamlessly| together)?"
        rf"|can be (?:used|combined|connected|paired))(?: \w+ly)? with {ARTICLE}{LIST}",
        0.9,
    ),
    rule(
        "integrates_with",
        rf" (?:has|comes with|provides|offers) (?:\w+ ){{0,2}}(?:support|integrations?)"
        rf" (?:for|with) {ARTICLE}{LIST}",
        0.85,
    ),
    rule(
        "integrates_with",
        rf"{SELF} (?:can (?:also )?)?(?:discovers?|scrapes?|monitors?|queries|query"
        r"|(?:sends?|exports?|forwards?|pushes|push|writes?|reports?|publish(?:es)?|ships?"
        r"|streams?) (?:(?!to\b|from\b)[\w-]+ ){1,4}to|(?:reads?|pulls?|collects?|retrieves?|gets?"
        rf"|fetch(?:es)?|receives?|obtains?) (?:(?!to\b|from\b)[\w-]+ ){{1,4}}from) {ARTICLE}"
        rf"{LISTED}",
        0.85,
        after=_NO_MODIFIER,
    ),
    rule(
        "integrates_with",
        rf"{ADVERB} supports{ADVERB} {ARTICLE}{LISTED}",
        0.85,
        tails=[PROJECT, PLATFORM],
        after=PHRASE_ENDS,
    ),
    rule(
        "integrates_with",
        rf"{SELF} (?:with|and) {ARTICLE}",
        0.85,
        anywhere=True,
        heads=[PROJECT, COMPONENT],
        tails=[PROJECT, PLATFORM],
        lead=r"(?:integrat(?:e|es|ing)|combin(?:e|es|ing)|connect(?:s|ing)?|pair(?:s|ing)?) "
        rf"{ARTICLE}",
        after=_ENDS,
    ),
    rule(
        "integrates_with",
        rf"(?:'s|’s)? integrations? (?:with|for) {ARTICLE}{LISTED}",
        0.85,
        anywhere=True,
        presupposed=True,
        after=_NO_MODIFIER,
    ),
    rule(
        "integrates_with",
        rf"{ASIDE} (?:is|are) (?:an?|the) {MODIFIERS}(?:\w+|<CONCEPT>) for (?:the )?",
        0.8,
        heads=[PROJECT],
        tails=[PROJECT],
        after=PHRASE_ENDS,
    ),
)
_INTEGRATES = (
    *_INTEGRATES,
    rule(
        "integrates_with",
        rf"{SELF} to (?:use|work with|talk to|connect to|scrape|send (?:\w+ ){{1,2}}to) {ARTICLE}",
        0.85,
        anywhere=True,
        tails=[PROJECT, PLATFORM],
        lead=rf"configur(?:e|es|ing) {_YOUR}",
        after=_NO_MODIFIER,
    ),
    rule(
        "integrates_with",
        rf"{SELF}{ADVERB} (?:exposes|exports|provides|emits|publishes|supports|has)"
        r" (?:(?!to\b|from\b|no\b)\w+ ){0,3}",
        0.85,
        tails=[PROJECT],
        after=r"(?: ?-?(?:compatible|style|format))? (?:metrics|traces|format|endpoints?)\b",
    ),
)
_DEPENDS = (
    rule(
        "depends_on",
        rf"{SELF}{ADVERB} makes use of {ARTICLE}(?:[\w-]+ )?",
        0.85,
        after=PHRASE_ENDS,
    ),
    rule(
        "depends_on",
        rf"{SELF}{ADVERB} (?:depends (?:up)?on|relies (?:up)?on|requires|needs"
        r"|is (?:built|based|layered) (?:up)?on(?: top of)?|builds (?:up)?on(?: top of)?"
        rf"|is (?:powered|backed) by) {ARTICLE}{LISTED}",
        0.9,
        after=_NO_MODIFIER,
    ),
    rule(
        "depends_on",
        rf"{SELF} uses {ARTICLE}(?:<\w+> )?",
        0.85,
        after=r" (?:under the hood|internally|as (?:its|a|the) (?:\w+ )?(?:store|backend|database"
        r"|library|engine|data ?store)|for (?:storage|persistence|leader election)|to store)\b",
    ),
    rule(
        "depends_on",
        rf"{SELF}{ADVERB} uses{ADVERB} {ARTICLE}{LISTED}",
        0.8,
        after=r"(?= ?(?:[.,;:)!]|$)| (?:to|for|as|internally|by|in order|when|and|under)\b| \()",
    ),
)
_RUNS_ON = (
    rule(
        "runs_on",
        rf"{SELF}{ADVERB} (?:runs|can run|can be run|is running|can be deployed|can be installed"
        rf"|is deployed|is available|is supported)(?: \w+ly)? (?:on|in|inside|on top of) {ARTICLE}"
        rf"{LISTED}",
        0.9,
        after=_IN_CLUSTER,
    ),
    rule(
        "runs_on",
        rf"{SELF} (?:on|in|inside|onto|on top of) (?:top of )?{_YOUR}(?:<PROJECT> )?",
        0.85,
        anywhere=True,
        lead=rf"{_RUN} {_YOUR}",
        after=_IN_CLUSTER,
    ),
    rule(
        "runs_on",
        rf"{SELF} to {_YOUR}",
        0.85,
        anywhere=True,
        lead=rf"deploy(?:ing|s|ed)? {_YOUR}",
        after=_IN_CLUSTER,
    ),
)
_FIELD = (
    r"(?:flags?|options?|fields?|parameters?|settings?|annotations?|keys?|environment variables?"
    r"|labels?)"
)
_CONFIGURED = (
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
        rf" {_FIELD} (?:of|for|in|on|to) {_YOUR}",
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
        heads=[COMPONENT],
        lead=r"(?:pass|passing|set|setting|add|adding) (?:the )?",
        after=r"(?= ?(?:[.,;:)!]|$)| (?:to|binary|process|server|command|daemon|and)\b)",
    ),
    rule(
        "configured_by",
        rf"{SELF} with (?:the )?(?:flag )?",
        0.85,
        anywhere=True,
        heads=[COMPONENT, PROJECT],
        lead=rf"(?:run|running|start|starting|launch|launching|configure|configuring) {_YOUR}",
        after=r"(?![(\w])",
    ),
)
_NOUN = (
    r" (?:command[- ]line |configuration )?(?:flag|option|field|parameter|setting|annotation"
    r"|environment variable|label)s?\b"
)
_CONFIGURED = (
    *_CONFIGURED,
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
        rf"(?:for|by|in) {_YOUR}",
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
_EXPOSES = (
    rule("exposes", r"(?:'s|’s)? (?:\w+ )?metrics? (?:called |named )", 0.9, anywhere=True),
    rule(
        "exposes",
        rf"{SELF} (?:exposes?|exports?|emits?|provides?|publishes|reports?|records)"
        r" (?:(?!to\b|from\b)\w+ ){0,5}?"
        r"(?:metrics?|counters?|gauges?|histograms?)?(?: (?:called|named))?:? ?" + LISTED,
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
_PART_OF = (
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
        after=r" (?:[\w-]+ )?(?:component|subproject|plugin|extension|custom resource|resource"
        r"|api object|controller|daemon)\b",
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
_ALTERNATIVE = (
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
        after=_IN_CLUSTER,
    ),
)
_MAINTAINED = (
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

RULES: tuple[Rule, ...] = (
    *_IS_A,
    *_WRITTEN_IN,
    *_IMPLEMENTS,
    *_INTEGRATES,
    *_DEPENDS,
    *_RUNS_ON,
    *_CONFIGURED,
    *_EXPOSES,
    *_PART_OF,
    *_ALTERNATIVE,
    *_MAINTAINED,
)
