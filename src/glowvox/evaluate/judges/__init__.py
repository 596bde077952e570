"""Outside judges, one file each, imported only when asked for; every one is optional."""
