"""Whole models: a configuration struct and a module each."""
