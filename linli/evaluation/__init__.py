"""How often linli would have called somebody for nothing, and how soon for a reason: the real rules on recordings."""
