"""The pages, one file per reader or noun. All work without scripts; scripts keep them fresh."""
