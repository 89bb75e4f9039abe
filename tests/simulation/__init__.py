"""The engine in a world that is simulated from a seed: every schedule, crash and fault can be played again exactly.

`python -m tests.simulation --seeds 400 --from 0` plays seeds, `--seed N --trace` tells the story of one.
"""
