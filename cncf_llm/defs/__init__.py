"""Dagster and nothing else: each stage's assets and checks, storage, automation."""
