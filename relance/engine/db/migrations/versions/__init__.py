"""The changes themselves. Expand first, contract a release later: code of both sides runs on every step between."""
