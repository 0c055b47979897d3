"""A project from nothing: questions, or options, become the files of a Pulumi project that previews."""
