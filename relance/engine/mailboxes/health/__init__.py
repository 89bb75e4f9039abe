"""How trustworthy a mailbox's mail looks to receivers: checked, kept, told; first mails wait where they would be lost for certain."""
