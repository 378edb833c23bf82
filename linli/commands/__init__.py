"""What the words after `linli` do: one module each, with a function `command`."""
