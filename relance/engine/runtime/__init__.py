"""What this process alone knows, and forgets when it ends."""
