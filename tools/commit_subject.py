"""``python3 -m tools.commit_subject FILE``: refuse a commit message whose subject is not one that the project takes."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

LONGEST = 72
# Imperatives that look like another form of a verb.
IMPERATIVE = frozenset(
    {"bring", "embed", "feed", "focus", "need", "proceed", "seed", "shed", "speed", "spring", "succeed"}
)


def problems(message: str) -> Iterator[str]:
    """Everything that is wrong with the subject, the first line; nothing for one that git itself will rewrite."""
    lines = [line for line in message.splitlines() if not line.startswith("#")] or [""]
    subject = lines[0]
    if subject.startswith(("fixup! ", "squash! ", "amend! ")):
        return
    if not subject.strip():
        yield "there is no subject"
        return
    first = subject.split()[0]
    if len(subject) > LONGEST:
        yield f"the subject has {len(subject)} characters; at most {LONGEST}, and the why goes into the body"
    if not first[0].isupper():
        yield f"the subject starts with {first!r}; write {first[0].upper()}{first[1:]}"
    if subject.endswith("."):
        yield "the subject ends with a full stop; leave it out"
    word = first.lower()
    if word not in IMPERATIVE and (word.endswith(("ed", "ing")) or (word.endswith("s") and not word.endswith("ss"))):
        yield f"the subject starts with {first!r}; say what the change does as an order: Add, not Added, Adds or Adding"
    if len(lines) > 1 and lines[1].strip():
        yield "the body starts right under the subject; leave a line free"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0: a subject that the project takes; 1: what is wrong is on stderr; 2: wrong use."""
    paths = list(sys.argv[1:] if arguments is None else arguments)
    if len(paths) != 1:
        print("usage: python3 -m tools.commit_subject FILE", file=sys.stderr)
        return 2
    found = list(problems(Path(paths[0]).read_text("utf-8")))
    for problem in found:
        print(problem, file=sys.stderr)
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main())
