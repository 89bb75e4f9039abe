"""What daemons do again and again in threads of their own, while mail goes on."""
