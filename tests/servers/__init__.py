"""Real servers for the tests: found on the machine, started privately on loopback, removed afterwards."""
