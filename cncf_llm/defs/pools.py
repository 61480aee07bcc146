"""Concurrency pools: what many runs share, and must not use all at once.

An asset names its pool (`@dg.asset(pool=pools.GPU)`); `dagster.yaml` sets how many steps of a pool
may be under way in the whole deployment.
"""

GPU = "gpu"
GITHUB = "github"
STACKOVERFLOW = "stackoverflow"
LLM_ENDPOINT = "llm_endpoint"
