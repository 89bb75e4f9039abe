"""What is done with an answer on its page: decided about, replied to."""
