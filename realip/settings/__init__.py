"""The settings of a stack file: models, checks between values, the address plan, loading."""
