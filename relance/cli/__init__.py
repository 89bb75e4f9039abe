"""Words in, words out: the `relance` command, one file a noun."""
