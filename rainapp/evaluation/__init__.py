"""Scoring models on pictures and clips, and the reports of it."""
