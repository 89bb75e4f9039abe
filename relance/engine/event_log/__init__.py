"""What can stand in the event log: the kinds of events, and the data that each kind carries."""
