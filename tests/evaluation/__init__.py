"""How linli is judged on recordings."""
