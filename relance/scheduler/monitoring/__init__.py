"""What a daemon shows of itself over HTTP: metrics, and whether it is healthy."""
