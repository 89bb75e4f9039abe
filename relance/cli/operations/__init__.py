"""Commands for whoever runs an installation: the home, the database, daemons, what a restore left, practice."""
