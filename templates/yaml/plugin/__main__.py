"""The components, which the engine starts for the program."""

from realip.hosting import serve

if __name__ == "__main__":
    serve()
