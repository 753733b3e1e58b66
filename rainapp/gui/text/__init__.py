"""Words: languages, errors, reports."""
