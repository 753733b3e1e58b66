"""Methods of learning, each switched on by a block of the recipe."""
