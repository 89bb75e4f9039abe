"""Statements on the salespeople's mailboxes: leases, folders, further addresses, next turns."""
