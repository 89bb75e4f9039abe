"""A person answers somebody from the inbox: the answer is written, taken back, and shown beside what it answers."""
