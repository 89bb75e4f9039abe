"""Which release this is, known to the code itself: a distribution's metadata is not there wherever it runs from its source."""

VERSION = "0.1.0"
# The same as in `pyproject.toml`; a test compares them.
