"""Time and hands: turns due rows into work. The only room that knows Dramatiq and Redis."""
