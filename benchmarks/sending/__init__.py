"""The parts of `benchmarks.send`: the ground it runs on, what is to be sent, the worker under watch, and the meters."""
