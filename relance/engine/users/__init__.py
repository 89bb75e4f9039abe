"""Those who sign in: invited, signed in, changed, signed out. Passwords, second factors, back-off."""
