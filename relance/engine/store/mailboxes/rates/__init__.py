"""Results of the mails that left lately, and who receives them: what the rates of a mailbox are counted from."""
