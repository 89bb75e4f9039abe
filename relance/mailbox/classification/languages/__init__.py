"""The words of each language, a data file each, and text made comparable to look for them."""
