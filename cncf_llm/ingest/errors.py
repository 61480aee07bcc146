"""Errors of the ingest stage.

IngestError
├── NoSourceError       none of a project's sources could be read
├── OfflineError        something would leave the machine although that is switched off
├── MirrorError         the mirror is not a folder
└── DumpError           a data dump cannot be made a mirror of
UnreadableSourceError   one source cannot be read; becomes a row of the drops table
"""


class IngestError(Exception):
    """A project's documents cannot be read. The message names it and says what to do."""


class NoSourceError(IngestError):
    """None of the project's sources could be read."""


class OfflineError(IngestError):
    """A source is outside this machine or cluster and CNCF_LLM_OFFLINE is on."""


class MirrorError(IngestError):
    """CNCF_LLM_MIRROR is not a folder that can be read."""


class DumpError(IngestError):
    """A Stack Exchange data dump cannot be read to its end; the mirror is as it was."""


class UnreadableSourceError(Exception):
    """One repository or site cannot be read: a reason code and a detail for a person.

    `wait`: the seconds for which its host asks to be left alone, if it does.
    """

    def __init__(self, reason: str, detail: str, wait: float | None = None) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.wait = wait
