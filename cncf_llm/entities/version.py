"""The version of this stage."""

VERSION = "3"  # raise it when the output changes for the same input
