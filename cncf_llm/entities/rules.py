"""The wordings of all relations, in the order in which they are tried.

To teach a new wording, add a `rule` to one of the three files. In the patterns an entity is a token
such as `<PROJECT>`; letter case does not matter. The numbers are rough shares that a reader found
right in draws from the documentation of nine projects.
"""

from cncf_llm.entities import wordings_parts as parts
from cncf_llm.entities import wordings_what as what
from cncf_llm.entities import wordings_with as together
from cncf_llm.entities.wording import Rule

RULES: tuple[Rule, ...] = (
    *what.IS_A,
    *what.WRITTEN_IN,
    *what.IMPLEMENTS,
    *together.INTEGRATES,
    *together.DEPENDS,
    *together.RUNS_ON,
    *parts.CONFIGURED,
    *parts.EXPOSES,
    *parts.PART_OF,
    *what.ALTERNATIVE,
    *what.MAINTAINED,
)
