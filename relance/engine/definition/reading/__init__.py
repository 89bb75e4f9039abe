"""From a YAML text to a sequence and back; every mistake with its line, its key and what to write instead."""
