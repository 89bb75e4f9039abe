"""The pages of docs/ that are written from the code's own tables: each module makes one, and a test compares them."""
