"""What things cost. Each benchmark is run by hand and prints a ratio against a limit measured in the same run."""
