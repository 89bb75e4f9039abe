"""Whether receivers trust a mailbox's mail: checked again, overruled, signed."""
