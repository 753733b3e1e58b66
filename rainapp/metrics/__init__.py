"""How good a result is, as pure functions."""
