"""Relance: a sales email sequencing engine."""
