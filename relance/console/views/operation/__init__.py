"""How Relance is run: its status, its settings, its audit log."""
