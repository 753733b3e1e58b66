"""Pictures made ready for a screen and its colours."""
