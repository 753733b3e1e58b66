"""Training of the derainers, the teachers and the prior: recipes, rain, the loop, publishing."""
