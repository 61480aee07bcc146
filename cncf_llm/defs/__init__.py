"""Dagster and nothing else: each stage's assets and checks, storage, automation."""

import warnings

import dagster as dg

# Checks by partition are a preview of this exactly pinned version; saying so at each load is noise.
warnings.filterwarnings("ignore", category=dg.PreviewWarning)
