"""linli's tests; a package of their own, so that no other distribution's "tests" is taken for it."""
