"""The salespeople's mailboxes: added, tested, listened to, removed; their folders."""
