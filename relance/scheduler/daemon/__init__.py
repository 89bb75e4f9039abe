"""How a daemon lives: started, watched, seen at work, and stopped with care."""
