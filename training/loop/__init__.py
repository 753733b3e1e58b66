"""The training loop: trainer, checkpoints, validation, optimisers."""
