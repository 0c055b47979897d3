"""What can go wrong with a tool, in words for the person who has to mend it."""


class ToolMissing(Exception):
    """A program is not there, and cannot be made here: the message names it and says what to do."""
