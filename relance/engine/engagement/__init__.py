"""Opens, clicks and unsubscribes."""
