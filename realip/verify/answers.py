"""An application's account of what it saw, read out of the body of its answer as labelled evidence.

Understood are JSON in the forms of many frameworks and echo servers, listings of names and values, and answers that are
one address. Prose is not looked at for proof: a page that refuses a visitor and quotes his address would pass for one.
It is looked at for forged addresses all the same, and so is everything else: whoever shows one believed it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from realip.messages import Message, message
from realip.verify import names
from realip.verify.claims import Scan
from realip.verify.evidence import Evidence, Label, Sighting
from realip.verify.forgery import NONCE_HEADER, USER_AGENT, Forgery, Ledger
from realip.verify.forms import MOST_HOPS, address_of, all_texts, elements, merged, pairs_of, texts_of
from realip.verify.headers import FORWARDED, plain
from realip.verify.ip import parse_endpoint
from realip.verify.json_path import JsonPath
from realip.verify.listing import bare, listing
from realip.verify.reading import Reading
from realip.verify.refusals import refuses
from realip.verify.text import printable

__all__ = ["Question", "read_answer"]

_MOST_NODES = 20_000
"""Values of a document that are looked at."""
_DEEPEST = 40
_MOST_EVIDENCE = 8
_LONGEST_POD_NAME = 253
"""Characters, as DNS and Kubernetes have it."""
_CGI_SENT = frozenset(("http_host", "http_user_agent"))
_AGENT = "useragent"
_NONE = [[text] for text in ("undefined", "null", "none", "nil", "<nil>", "-", "(null)", "(none)", "n/a")]
"""Words that programs write for a header that is not there."""
_WHOLE = "the whole answer"


@dataclass(frozen=True)
class Question:
    """The knowledge of a request when its answer is read."""

    reading: Reading = field(default_factory=Reading)
    path: JsonPath | None = None
    """The path to the only value that counts."""
    forgery: Forgery = field(default_factory=lambda: Forgery(0, ""))
    ledger: Ledger = field(default_factory=lambda: Ledger(()))
    response: Sequence[tuple[str, str]] = ()
    """The headers of the answer."""
    host: str = ""
    """The `Host` that was sent, without the port: an answer that repeats it does not name its pod."""


def read_answer(body: bytes, question: Question) -> Sighting:
    """The reading of an answer's body. Never raises, whatever the bytes."""
    coding = "utf-16" if body[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    text = body.decode(coding, errors="replace").strip()
    reader = _Reader(question)
    if not text:
        return reader.prose(text, message("answer_empty"))
    # `[2001:db8::1]:80` starts like an array.
    if question.path is not None or (text[0] in '{["' and bare(text) is None):
        try:
            document = json.loads(text, object_pairs_hook=merged)
        except (ValueError, RecursionError):
            document = None
            fields = listing(text) if question.path is None and text[0] == "[" else None
            if fields is None:
                return reader.prose(text, message("answer_not_json", start=repr(printable(text, 40))))
            document = fields
        return reader.document(document)
    if (chain := bare(text)) is not None:
        return reader.bare(chain)
    fields = None if text[0] == "<" else listing(text)
    if fields is not None:
        return reader.document(fields)
    problem = message("answer_web_page") if text[0] == "<" else message("answer_prose", start=repr(printable(text, 40)))
    return reader.prose(text, problem)


@dataclass
class _Header:
    """A header that an answer shows."""

    spelling: str
    lines: list[str]
    field: str


class _Reader:
    """Walks one answer."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._names = names.HeaderNames(question.reading)
        self._scan = Scan(question.forgery, question.ledger, self._names)
        self._headers: dict[str, list[_Header]] = {}
        self._peers: list[tuple[int, Evidence]] = []
        self._conclusions: list[tuple[int, Evidence]] = []
        self._pods: list[tuple[int, str]] = []
        self._shows_headers = self._refused = self._cut = False
        self._answers: set[tuple[str, ...]] = set()
        """Where the document has the answer beside the request."""
        self._nonces: list[str] = []
        for name, value in question.response:
            self._scan.response_header(name, value)
        self._agents: list[str] = []
        self._nodes = self._deep = 0

    def prose(self, text: str, problem: Message) -> Sighting:
        """Text in which nothing counts but forged addresses."""
        self._scan.text(text, _WHOLE)
        return Sighting(claims=self._scan.claims, problem=problem)

    def bare(self, chain: Sequence[str]) -> Sighting:
        """An answer that is nothing but an address, or a chain of them."""
        self._scan.values(chain, _WHOLE)
        return self._sighting(self._evidence(Label.CONCLUSION, _WHOLE, chain))

    def document(self, document: object) -> Sighting:
        """JSON, or what a listing was made into."""
        self._refused = refuses(document, self._question.response)
        if isinstance(document, dict):
            self._shows_headers = sum(plain(key) in names.SENT for key in document) > 1
            if self._shows_headers:
                self._agents += [
                    line for key, value in document.items() if plain(key) == _AGENT for line in texts_of(value)
                ]
        self._walk(document, ())
        path = self._question.path
        if path is not None:
            return self._sighting(self._at(path, document), named=True)
        only = (
            bare(", ".join(document))
            if isinstance(document, list) and document and all(isinstance(item, str) for item in document)
            else bare(document)
            if isinstance(document, str)
            else None
        )
        return self._sighting(self._evidence(Label.CONCLUSION, _WHOLE, only) if only else None)

    def _at(self, path: JsonPath, document: object) -> Evidence | None:
        """The value at the path: a header if it leads to one by its name, else the application's own conclusion."""
        reading, texts = self._question.reading, texts_of(path.find(document))
        if not texts:
            return None
        steps = [step for step in path.steps if isinstance(step, str)]
        inside = any(names.is_header_container(step) for step in steps[:-1])
        name = self._names.header(steps[-1], inside=inside) if steps and reading.header else None
        label = Label.HEADER if name and plain(name) == plain(reading.header or "") else Label.CONCLUSION
        forwarded = reading.is_forwarded or (name is not None and plain(name) == plain(FORWARDED))
        return Evidence(label, ".".join(map(str, path.steps)), elements(texts, forwarded=forwarded))

    # --- The walk ---

    def _walk(self, value: object, keys: tuple[str, ...], *, inside: bool = False) -> None:
        """A value, the names that lead to it, and whether it is inside an object of headers."""
        self._nodes += 1
        if self._nodes > _MOST_NODES or self._deep > _DEEPEST:
            self._cut = True
            return
        self._deep += 1
        self._look_at(value, keys, inside=inside)
        self._deep -= 1

    def _look_at(self, value: object, keys: tuple[str, ...], *, inside: bool) -> None:
        named = bool(keys) and names.is_header_container(keys[-1])
        if keys and (names.is_response_container(keys[-1]) or (named and keys[:-1] in self._answers)):
            return
        where = ".".join(keys) or _WHOLE
        pairs = pairs_of(value) if keys and not inside else None
        if pairs is not None and (named or self._names.are_headers([name for name, _ in pairs])):
            self._header_object(pairs, keys)
        elif isinstance(value, str):
            self._scan.text(value, where)
        elif isinstance(value, int):
            self._scan.number(value, where)
        elif isinstance(value, dict):
            self._shows_headers |= any(key.lower() in _CGI_SENT for key in value)
            self._answers |= {(*keys, key) for key in names.answers_among(value)}
            for key, item in value.items():
                if "." in key or ":" in key:
                    self._scan.text(key, where)
                if not self._header(key, item, (*keys, key), inside=inside):
                    self._field(key, item, keys)
                    self._walk(item, (*keys, key), inside=inside)
        elif isinstance(value, list):
            self._array(value, keys, where, inside=inside)

    def _array(self, values: list[object], keys: tuple[str, ...], where: str, *, inside: bool) -> None:
        texts = [item for item in values if isinstance(item, str)]
        if len(texts) == len(values):
            self._scan.values(texts, where)
            return
        self._scan.octets([item for item in values if isinstance(item, int)], where)
        for number, item in enumerate(values):
            self._walk(item, (*keys[:-1], f"{keys[-1] if keys else ''}[{number}]"), inside=inside)

    def _header_object(self, pairs: Sequence[tuple[str, object]], keys: tuple[str, ...]) -> None:
        """The headers of a request, in an object of their own."""
        self._shows_headers |= any(plain(name).removeprefix("http") in names.SENT for name, _ in pairs)
        cgi = any(name.lower() in _CGI_SENT for name, _ in pairs)
        for name, lines in pairs:
            if not self._header(name, lines, (*keys, name), inside=True, cgi=cgi):
                # Not a header's value, so what is in it are no headers either.
                self._walk(lines, (*keys, name))

    def _header(self, key: str, value: object, keys: tuple[str, ...], *, inside: bool, cgi: bool = False) -> bool:
        """Note a header of the request; False if the key is none's name."""
        name = self._names.header(key, inside=inside, cgi=cgi)
        lines = texts_of(value)
        if inside and plain(key).removeprefix("http") == _AGENT:
            self._agents += lines
        if plain(key).removeprefix("http") == plain(NONCE_HEADER):
            self._nonces += lines
            return True
        field_name = printable(".".join(keys))
        if not lines and isinstance(value, dict | list) and value and self._names.header(key, inside=False):
            # Taken apart: still what the client sent.
            self._scan.header(all_texts(value), field_name)
            return True
        if name is None or (not lines and value not in (None, "", [])):
            return False
        if not inside and self._names.may_be_field(key) and not self._scan.only(lines, name):
            return False
        if [line.strip().lower() for line in lines] in _NONE:
            lines = []
        self._headers.setdefault(plain(name), []).append(_Header(name, lines, field_name))
        self._scan.header(lines, field_name)
        return True

    def _field(self, key: str, value: object, keys: tuple[str, ...]) -> None:
        """Note what a field says of the client or of the pod."""
        name, above = plain(key).replace(".", ""), [plain(parent.partition("[")[0]) for parent in keys]
        parent = above[-1] if above else ""
        self._pod(name, value, above)
        special = parent in names.PEER_PARENTS or parent in names.CLIENT_PARENTS
        if not all(outer in names.ENVELOPES for outer in (above[:-1] if special else above)):
            return
        chain, port = address_of(value)
        if not chain:
            return
        where = printable(".".join((*keys, key)))
        if name in names.PEERS or (parent in names.PEER_PARENTS and name in names.ADDRESS_NAMES):
            rank, label = (names.PEERS.index(name) if name in names.PEERS else 0), Label.SOCKET_PEER
        elif name in names.CONCLUSIONS:
            rank, label = names.CONCLUSIONS.index(name), Label.CONCLUSION
        elif parent in names.CLIENT_PARENTS and name in names.ADDRESS_NAMES:
            rank, label = 0, Label.CONCLUSION
        elif name in names.UNSURE:
            rank, label = len(names.CONCLUSIONS) + names.UNSURE.index(name), Label.CONCLUSION
        else:
            return
        if not name.endswith(("ip", "addr", "address")) and not all(map(parse_endpoint, chain)):
            return
        sure = rank < len(names.CONCLUSIONS)
        evidence = replace(self._evidence(Label.SOCKET_PEER if port else label, where, chain), sure=sure)
        (self._peers if evidence.label is Label.SOCKET_PEER else self._conclusions).append((rank, evidence))

    def _evidence(self, label: Label, where: str, chain: Sequence[str]) -> Evidence:
        """A conclusion that has a port came from a socket."""
        found = [parse_endpoint(element) for element in chain]
        if len(found) == 1 and found[0] and found[0][1] is not None:
            label = Label.SOCKET_PEER
        return Evidence(label, where, tuple(chain[-MOST_HOPS:]))

    def _pod(self, name: str, value: object, above: Sequence[str]) -> None:
        if name not in names.POD_NAMES or not isinstance(value, str):
            return
        host, text = self._question.host.lower(), value.strip()
        if not 0 < len(text) <= _LONGEST_POD_NAME or text.lower() in {host, "localhost"}:
            return
        if text.lower().rpartition(":")[0] == host or not all(outer in names.POD_PARENTS for outer in above):
            return
        self._pods.append((names.POD_NAMES.index(name), printable(text, _LONGEST_POD_NAME)))

    # --- The result ---

    def _sighting(self, whole: Evidence | None, *, named: bool = False) -> Sighting:
        peers = [evidence for _, evidence in sorted(self._peers, key=lambda item: item[0])][:_MOST_EVIDENCE]
        conclusions = [evidence for _, evidence in sorted(self._conclusions, key=lambda item: item[0])][:_MOST_EVIDENCE]
        if whole is not None and not named:
            (peers if whole.label is Label.SOCKET_PEER else conclusions).append(whole)
        problem = None
        if self._cut or (self._refused and not named):
            peers, conclusions, problem = [], [], message("answer_too_deep" if self._cut else "answer_refusal")
        elif named and whole is None:
            problem = message("answer_lacks_path")
        nonce = self._question.forgery.nonce
        return Sighting(
            header=None if problem or named else self._read_header(),
            shows_headers=self._shows_headers and not self._refused,
            peers=tuple(peers),
            conclusions=tuple(conclusions),
            named=whole if named else None,
            claims=self._scan.claims,
            foreign=any(USER_AGENT not in line for line in self._agents),
            fresh=(nonce in self._nonces) if self._nonces else None,
            pod=min(self._pods, key=lambda item: item[0])[1] if self._pods else None,
            problem=problem,
        )

    def _read_header(self) -> Evidence | None:
        """The header that is read, in the spelling that is nearest to the wire's, with the most of its lines."""
        reading = self._question.reading
        if reading.header is None:
            return None
        candidates = [
            header
            for header in self._headers.get(plain(reading.header), ())
            if not self._scan.others(header.lines, reading.header, header.spelling)
        ]
        if not candidates:
            return None
        exact = [header for header in candidates if header.spelling.lower() == reading.header.lower()] or candidates
        found = [
            Evidence(Label.HEADER, header.field, elements(header.lines, forwarded=reading.is_forwarded))
            for header in exact
        ]
        return max(found, key=lambda evidence: len(evidence.values))
