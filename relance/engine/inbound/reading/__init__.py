"""A mailbox is read: every new mail found, parsed and classified, in the transaction that moves the watermark."""
