"""What a sequence says: read, checked, laid flat, compiled. Pure; no SQL."""
