"""The embedded sample: six CNCF projects with documents written for this package.

`landscape.yml` is in the CNCF format. `repositories/<owner>__<name>/` are the files of a
repository, `websites/<host>/` those of a website, `stackexchange/<tag>.jsonl` are questions as the
Stack Exchange API gives them. None of it is a copy of a project's documentation. `prepare_mirror`
makes a mirror folder of them, so that the sample is read by the same code as real sources.
`entities.jsonl` are sentences about these projects, none of them from the documents, with their
entities and relations marked by hand: the recognizer is scored on them.
"""

from cncf_llm.sample.mirror import ANNOTATED, LANDSCAPE, prepare_mirror

__all__ = ["ANNOTATED", "LANDSCAPE", "prepare_mirror"]
