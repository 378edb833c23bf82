"""linli 邻里: a neighbourhood looks after its elders. The shared language at the bottom, the program at the top."""
