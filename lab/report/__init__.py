"""The results of the proof, gathered once and drawn twice: in a terminal and as one page."""
