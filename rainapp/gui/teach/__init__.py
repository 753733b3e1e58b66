"""The page Teach: five steps from somebody's rainy photos to a model that knows that rain."""
