"""The version of this stage."""

VERSION = "1"  # raise it when the output changes for the same input
