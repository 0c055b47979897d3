"""The program without an engine: what a stack would create, seen on a machine with no account, no Pulumi CLI and no network."""
