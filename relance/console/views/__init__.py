"""The pages, a file for each noun; each lists its own in `PAGES`."""
