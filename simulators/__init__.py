"""Homes that live like real ones, with incidents and their truth. Imports the kernel's records and nothing else."""
