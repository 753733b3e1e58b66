"""Stages turn a stream of frames into a stream of frames; a pipeline is stages folded left to right."""
