"""From the bytes of a mail to values, whatever the bytes. Pure."""
