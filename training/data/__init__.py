"""Samples of a run: photos, crops, batches."""
