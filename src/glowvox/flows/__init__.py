"""Invertible layers with exact log-determinants, one a file."""
