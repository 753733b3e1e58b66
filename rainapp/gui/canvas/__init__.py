"""Where before and after are seen: camera, views, brush, magnifier, figures."""
