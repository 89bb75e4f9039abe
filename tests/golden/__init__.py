"""A thousand generated mails whose bytes are known: whatever is made quicker must not change one of them."""
