"""What a mailbox is set to: taken in, changed, and signed in to before either is stored."""
