"""What every part of the library raises for a mistake that a person can mend."""

__all__ = ["InputError"]


class InputError(Exception):
    """Bad input, told so that the reader can act: which field, which value, what is wrong, what to do instead.

    The message is complete: whoever catches it prints it as it is, without a traceback, and ends with exit code 2.
    """
