"""Licences: their names in SPDX, their texts, and what a README says of the documentation."""
