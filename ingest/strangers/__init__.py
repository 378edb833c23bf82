"""What speaks on the broker and stands in no device list: heard, kept within bounds, and guessed at."""
