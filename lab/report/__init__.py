"""What the lab's proof says, gathered once and drawn twice: in a terminal and as one page."""
