"""The parts of `benchmarks.hits`: the visitors, the server they knock at, and the mails that they look at."""
