"""Signed links, the pixel, unsubscribe, the small HTTP app; judges human or machine."""
