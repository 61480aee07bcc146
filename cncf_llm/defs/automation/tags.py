"""Tags on runs: why a run is there, who asked for it, and what it costs. Searchable in the UI."""

REASON = "cncf_llm/reason"  # a sentence for people
TRIGGER = "cncf_llm/trigger"  # landscape, sources, data_version, data_set, schedule, person
PROJECT = "cncf_llm/project"
COST = "cncf_llm/cost"  # the dearest thing that the run uses: network, cpu, gpu or endpoint
STATE = "cncf_llm/state"  # digest of what the run answers to: the same again is a new attempt
REBUILD = "cncf_llm/rebuild"  # "true": make it as if there were no version yet
