"""What people see of the replies, and how a classification is corrected and what it did undone."""
