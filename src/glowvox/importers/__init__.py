"""Published checkpoints → run folders."""
