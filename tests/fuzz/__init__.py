"""Coverage-guided fuzzing of what a mail can do to us: see `python -m tests.fuzz --help`."""
