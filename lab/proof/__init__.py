"""Questions to a lab that is up: verdicts, negative controls, captures and load. Draws nothing."""
