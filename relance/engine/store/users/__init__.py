"""Those who sign in to the console: their rows, sessions, invitations and tries, and what they changed."""
