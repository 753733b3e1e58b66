"""Teaching a derainer somebody's own rain: understanding what was given, learning, and a gate that lets no harm through."""
