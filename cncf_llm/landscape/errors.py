"""Errors of the landscape stage.

LandscapeError
├── LandscapeUnreadableError  the file or URL cannot be read
└── LandscapeMalformedError   it was read, but is no landscape file
"""


class LandscapeError(Exception):
    """The landscape file cannot be used. The message names it and says what to do."""


class LandscapeUnreadableError(LandscapeError):
    """The file or URL does not exist, is too large, or cannot be reached."""


class LandscapeMalformedError(LandscapeError):
    """The content is not YAML, is hostile YAML, or is not in the CNCF landscape format."""
