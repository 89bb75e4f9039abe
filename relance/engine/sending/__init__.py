"""From a due step to a recorded outcome; mail that is in doubt, and what proves that it left."""
