"""What single providers and mail programs say when they refuse; adding one is adding a file."""
