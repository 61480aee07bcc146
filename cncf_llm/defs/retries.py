"""How often a step is tried again: by what can be wrong with it, and only what may pass.

Steps that compute have none: the same input fails in the same way. What cannot pass by itself (a
refusal, a wrong setting) is a `dg.Failure` without retries whatever the policy.
"""

import dagster as dg

# A host that is down or busy: after 20 s and 40 s, and not all projects at the same moment.
NETWORK = dg.RetryPolicy(
    max_retries=2, delay=20, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS
)
# A GPU pod that was evicted goes on from its checkpoint. A second time is no accident.
GPU = dg.RetryPolicy(max_retries=1, delay=10, jitter=dg.Jitter.PLUS_MINUS)
