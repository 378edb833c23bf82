"""What staff of all sites may change while linli runs, settings and ladders, each first tried on the past."""
