"""The Python interfaces of other packages, as thin layers over ours."""
