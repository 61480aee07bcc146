"""Question-answer pairs that a language model writes about passages of the corpus.

In: a project's PASSAGES and NODES, and a model behind an OpenAI-compatible endpoint or in a folder.
Out: PAIRS and FACTS with the verbatim EVIDENCE for each, DROPS with a reason for each reply or pair
that is not used, and the REPLIES themselves, so that none is ever paid for twice.
"""

from cncf_llm.questions.written.address import EndpointAddressError, check_address, is_inside
from cncf_llm.questions.written.endpoint import Endpoint
from cncf_llm.questions.written.join import Joined, join_written
from cncf_llm.questions.written.ledger import Ledger, read_ledger
from cncf_llm.questions.written.local_model import LocalModel, LocalModelError
from cncf_llm.questions.written.messages import Model, Reply
from cncf_llm.questions.written.prompts import KINDS
from cncf_llm.questions.written.rows import Written, no_pairs
from cncf_llm.questions.written.tables import EVIDENCE, REPLIES, VERSION
from cncf_llm.questions.written.tasks import Chosen, Task, choose_tasks
from cncf_llm.questions.written.write import write

__all__ = [
    "EVIDENCE",
    "KINDS",
    "REPLIES",
    "VERSION",
    "Chosen",
    "Endpoint",
    "EndpointAddressError",
    "Joined",
    "Ledger",
    "LocalModel",
    "LocalModelError",
    "Model",
    "Reply",
    "Task",
    "Written",
    "check_address",
    "choose_tasks",
    "is_inside",
    "join_written",
    "no_pairs",
    "read_ledger",
    "write",
]
