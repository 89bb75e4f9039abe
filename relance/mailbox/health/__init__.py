"""Whether receivers have a reason to trust a mailbox's mail: its domain's records in DNS, and the host of its links. Rules over answers."""
