"""The version of this stage."""

VERSION = "2"  # raise it when the output changes for the same input
