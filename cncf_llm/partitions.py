"""The one partitions definition: a partition is a CNCF project."""

import dagster as dg

PROJECTS = dg.DynamicPartitionsDefinition(name="cncf_project")
