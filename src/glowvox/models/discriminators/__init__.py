"""Judges of waves: networks that learn to tell recordings from what a vocoder makes."""
