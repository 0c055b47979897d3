"""What a stack file may say: models, checks between values, the address plan, loading."""
