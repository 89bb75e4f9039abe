"""From a draft to the bytes that leave, and the last look at them. Pure."""
