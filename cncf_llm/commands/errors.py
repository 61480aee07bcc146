"""The one exception that a command prints without a traceback."""


class UsageError(Exception):
    """The command was asked for something that does not exist or cannot be done."""
