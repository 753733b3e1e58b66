"""The experiment tables: what their cells are, and how a missing one is filled."""
