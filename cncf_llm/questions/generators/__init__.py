"""Generators of facts, one kind per file. At the top of each: how its questions are phrased."""
