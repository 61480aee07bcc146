"""What every stage stands on: row identity, table schemas, carry-over, and versioned storage."""

from cncf_llm.store.carry import Carried, carry_over
from cncf_llm.store.draft import Draft
from cncf_llm.store.errors import BusyPartitionError, StoreError
from cncf_llm.store.identity import content_hash, digest, stable_id
from cncf_llm.store.lease import LostLeaseError
from cncf_llm.store.table import DROPS, Table, count_reasons
from cncf_llm.store.version import Version
from cncf_llm.store.versions import Store

__all__ = [
    "DROPS",
    "BusyPartitionError",
    "Carried",
    "Draft",
    "LostLeaseError",
    "Store",
    "StoreError",
    "Table",
    "Version",
    "carry_over",
    "content_hash",
    "count_reasons",
    "digest",
    "stable_id",
]
