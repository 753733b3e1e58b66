"""How commands end: what their exit codes mean."""

DONE, SOME_FAILED, USAGE, NONE_DONE, CANCELLED = 0, 1, 2, 3, 130
