"""What comes back by mail: found, matched, classified, acted upon, corrected."""
