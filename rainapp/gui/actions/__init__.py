"""How actions are described and shown: rows, menus, keys."""
