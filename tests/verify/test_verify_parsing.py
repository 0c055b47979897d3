"""Addresses, paths and answers as text: nothing raises, and only the address itself passes for it."""

import json
import time
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realip.errors import InputError
from realip.verify.answers import Question, read_answer
from realip.verify.attempt import Attempt, Kind
from realip.verify.caller import Caller
from realip.verify.evidence import Evidence, Label, Sighting
from realip.verify.forgery import Forgery, Ledger
from realip.verify.ip import Ranges, known_kind, parse_address, parse_endpoint
from realip.verify.json_path import JsonPath
from realip.verify.judge import Judge
from realip.verify.reading import Reading
from realip.verify.report import Verdict
from realip.verify.text import printable
from tests.support.thoroughness import examples

ME = ip_address("81.2.69.142")
FUZZ = examples(200, 10_000)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        (' "192.0.2.7" ', "192.0.2.7"),
        ("192.0.2.7:65535", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("[::ffff:192.0.2.7]:80", "192.0.2.7"),
        ("2001:DB8::1", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%25eth0]:80", "fe80::1"),
        # Without brackets the last group of an IPv6 address is no port.
        ("2001:db8::1:80", "2001:db8::1:80"),
    ],
)
def test_address_is_found_in_its_wrappings(text: str, address: str) -> None:
    assert parse_address(text) == ip_address(address)


@pytest.mark.parametrize(
    "text",
    [
        "", "unknown", "_hidden", "192.0.2", "192.0.2.07", "192.0.2.7:", "192.0.2.7:x", "192.0.2.7/32", "192.0.2.7%lo",
        "192.0.2.7 192.0.2.7", "192.0.2.7,", "[192.0.2.7", "2001:db8::1%", "3221225991", "0xc0000207", "x" * 5000,
        "\uff11.2.3.4", "192.0.2.7\x00",
    ],
)  # fmt: skip
def test_what_is_not_one_address_is_none(text: str) -> None:
    assert parse_address(text) is None


@FUZZ
@given(st.ip_addresses(), st.integers(0, 65535), st.sampled_from(["{}", " {}\n", '"{}"', "[{}]:{}", "{}:{}"]))
def test_fuzz_written_address_is_read_back(address: IPv4Address | IPv6Address, port: int, form: str) -> None:
    if address.version == 6 and form == "{}:{}":
        return
    parsed = parse_address(form.format(address, port))
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    assert parsed == (mapped or address)


@FUZZ
@given(st.text())
def test_fuzz_text_never_raises_and_is_never_another_address(text: str) -> None:
    found = parse_address(text)
    assert found is None or str(found) in text.lower() or found.version == 6 or "::ffff" in text.lower()
    printable(text).encode()


SOCKET, HEADER = Reading(), Reading("X-Forwarded-For")


def _read(body: bytes, reading: Reading, path: str | None = None) -> Sighting:
    return read_answer(body, Question(reading, JsonPath.parse(path) if path else None))


def _judgement(sighting: Sighting, reading: Reading) -> Verdict:
    target = ip_address("119.29.29.29")
    attempt = Attempt(Kind.TARGET, target, 80, local=ME, reached=True, sighting=sighting)
    return Judge(reading, Caller(given=frozenset({ME}))).judge(attempt).verdict


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("9.9.9.9"),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(
                ["headers", "client_ip", "X-Forwarded-For", "x-real-ip", "hostname", "pod", "client", "name", "value"]
            )
            | st.text(),
            inner,
        )
    ),
    max_leaves=12,
)
_BODIES = st.binary() | st.text().map(str.encode) | _JSON.map(lambda value: json.dumps(value).encode())


@FUZZ
@given(
    _BODIES,
    st.sampled_from([SOCKET, HEADER]),
    st.sampled_from([None, "a", "client_ip", "headers.name[0]", '["pod"][-1]']),
)
def test_fuzz_body_never_raises_and_never_proves_what_it_does_not_hold(
    body: bytes, reading: Reading, path: str | None
) -> None:
    verdict = _judgement(_read(body, reading, path), reading)
    if str(ME).encode() not in body:
        assert verdict is not Verdict.PRESERVED
    assert verdict not in {Verdict.UNREACHABLE, Verdict.SPOOFABLE}


@FUZZ
@given(st.ip_addresses(v=4), st.booleans())
def test_fuzz_another_address_is_never_preserved(other: IPv4Address, header: bool) -> None:
    reading = HEADER if header else SOCKET
    body = json.dumps({"client_ip": str(other), "headers": {"X-Forwarded-For": f"{ME}, {other}"}}).encode()
    assert (_judgement(_read(body, reading), reading) is Verdict.PRESERVED) == (other == ME)


@FUZZ
@given(st.text())
def test_fuzz_path_is_read_or_refused(text: str) -> None:
    try:
        path = JsonPath.parse(text)
    except InputError:
        return
    assert path.steps
    path.find({"a": [1, {"b": 2}]})


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("a", ("a",)),
        ("$.a.b", ("a", "b")),
        ("a[0].b[-1]", ("a", 0, "b", -1)),
        ('$["a.b"]', ("a.b",)),
        ("a['X-Forwarded-For']", ("a", "X-Forwarded-For")),
    ],
)
def test_path_is_read(path: str, steps: tuple[str | int, ...]) -> None:
    assert JsonPath.parse(path).steps == steps


@pytest.mark.parametrize("path", ["", "$", "a[", "a[x]", "a]", '["a'])
def test_path_that_names_nothing_is_refused(path: str) -> None:
    with pytest.raises(InputError, match="json-path"):
        JsonPath.parse(path)


@pytest.mark.parametrize(
    ("body", "reading", "label", "field", "values"),
    [
        # The guide's layer 4 image in header mode: its peer is the node, the headers have the client.
        (
            {"client_ip": "10.0.0.5", "headers": {"X-Forwarded-For": "1.1.1.1, 2.2.2.2", "X-Real-Ip": "2.2.2.2"}},
            HEADER, "header", "headers.X-Forwarded-For", ("1.1.1.1", "2.2.2.2"),
        ),
        ({"headers": {"Host": "x", "Realip-Probe": "1"}}, HEADER, "header", "X-Forwarded-For", ()),
        ({"headers": {"X-Forwarded-For": None}}, HEADER, "header", "headers.X-Forwarded-For", ()),
        ({"client_ip": "2.2.2.2"}, HEADER, "conclusion", "client_ip", ("2.2.2.2",)),
        ({"client_ip": "2.2.2.2", "remote_addr": "3.3.3.3:1"}, SOCKET, "socket peer", "remote_addr", ("3.3.3.3:1",)),
        ({"ip": "9.9.9.9", "caller": "2.2.2.2"}, SOCKET, "conclusion", "caller", ("2.2.2.2",)),
        ({"client": ["2.2.2.2", 5]}, SOCKET, "socket peer", "client", ("2.2.2.2",)),
        # The header's own spelling comes before another header's that differs in '_' only.
        (
            {"headers": {"X_Forwarded_For": "9.9.9.9", "X-Forwarded-For": "2.2.2.2"}},
            HEADER, "header", "headers.X-Forwarded-For", ("2.2.2.2",),
        ),
        # One form of the headers may show one line of several.
        (
            {"headers": {"X-Forwarded-For": "1.1.1.1"}, "multiValueHeaders": {"X-Forwarded-For": ["1.1.1.1", "2.2.2.2"]}},
            HEADER, "header", "multiValueHeaders.X-Forwarded-For", ("1.1.1.1", "2.2.2.2"),
        ),
        # What an object called response holds is not the request's.
        ({"responseHeaders": {"X-Real-IP": "9.9.9.9"}, "ip": "2.2.2.2"}, SOCKET, "conclusion", "ip", ("2.2.2.2",)),
    ],
)  # fmt: skip
def test_value_is_read_with_its_label(
    body: object, reading: Reading, label: str, field: str, values: tuple[str, ...]
) -> None:
    evidence, _ = Judge(reading).evidence(_read(json.dumps(body).encode(), reading))
    assert evidence == Evidence(Label(label), field, values, sure=evidence.sure if evidence else True)


@pytest.mark.parametrize(
    "body",
    [
        {"remote_addr": "2.2.2.2"}, {"client": "2.2.2.2:5"}, {"peer": {"address": "2.2.2.2", "port": 5}},
        {"headers": {}}, {"headers": []}, {"responseHeaders": {"X-Forwarded-For": "2.2.2.2"}},
        {"error": "denied", "client_ip": "2.2.2.2"}, {"server": {"pod": {"ip": "2.2.2.2"}}},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_not_labelled_as_the_header_or_a_conclusion_proves_no_header(body: object) -> None:
    evidence, problem = Judge(HEADER).evidence(_read(json.dumps(body).encode(), HEADER))
    assert evidence is None
    assert problem is not None


@pytest.mark.parametrize(
    ("body", "pod"),
    [
        ({"os": {"hostname": "web"}, "ip": "2.2.2.2"}, "web"),
        ({"podName": "web-0", "hostname": "n", "ip": "2.2.2.2"}, "web-0"),
        ({"hostname": "shop.example", "os": {"hostname": "web-1"}}, "web-1"),
        ({"hostname": "shop.example:8080"}, None),
        ({"hostname": "localhost"}, None),
        ({"SERVER_NAME": "shop.example"}, None),
        ({"environment": {"HOSTNAME": "web-2"}}, "web-2"),
    ],
)
def test_site_is_not_taken_for_the_pod(body: object, pod: str | None) -> None:
    assert read_answer(json.dumps(body).encode(), Question(host="shop.example")).pod == pod


def _header(body: str) -> tuple[str, ...]:
    header = _read(body.encode(), HEADER).header
    assert header is not None
    return header.values


def test_key_that_an_object_repeats_is_every_line_of_the_header() -> None:
    line = '"X-Forwarded-For": "{}.0.0.1"'
    assert _header('{"headers": {' + ", ".join(line.format(number) for number in (6, 7, 8)) + "}}") == (
        "6.0.0.1", "7.0.0.1", "8.0.0.1",
    )  # fmt: skip


def test_header_of_ten_thousand_elements_is_cut_from_the_left() -> None:
    values = _header(json.dumps({"headers": {"x-forwarded-for": ",".join(["6.6.6.6"] * 10_000) + ",2.2.2.2"}}))
    assert (len(values), values[-1]) == (64, "2.2.2.2")


@pytest.mark.parametrize(
    "unit", [" ", "x: ", "a=", "::", "1.", "1.1.1.1,", "[", "\n", "-", "GET / HTTP/1.1\n", "for=", '"']
)
def test_answer_of_64_kib_is_read_in_no_time_whatever_it_repeats(unit: str) -> None:
    """What grows with the square of an answer's length takes minutes, and no deadline ends it."""
    started = time.process_time()
    for reading in (SOCKET, HEADER, Reading("Forwarded")):
        for around in ("{}", "ip: x{}y", '{{"headers": {{"X-Forwarded-For": "{}"}}}}', "remote_addr={}"):
            _read(around.format(unit * (64_000 // len(unit))).encode(), reading)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("text", "address", "port"),
    [
        ("/192.0.2.7:51000", "192.0.2.7", 51000),
        ("shop.example/192.0.2.7:51000", "192.0.2.7", 51000),
        ("/[2001:db8::1]:51000", "2001:db8::1", 51000),
        ("/2001:db8:0:0:0:0:0:1:51000", "2001:db8::1", 51000),
        ("/192.0.2.7", "192.0.2.7", None),
    ],
)
def test_java_socket_address_is_understood(text: str, address: str, port: int | None) -> None:
    assert parse_endpoint(text) == (ip_address(address), port)


def test_ranges_are_networks_of_known_kinds() -> None:
    with pytest.raises(InputError, match="`nodez` is no kind of network; did you mean nodes"):
        known_kind("nodez", "--range")
    # A stack may know of more than this version does.
    assert Ranges.parse({"superNodes": ["10.0.0.0/16"]}, "outputs").other(ip_address("10.0.0.7")) == "superNodes"
    with pytest.raises(InputError, match=r"10\.0\.0\.1/16"):
        Ranges.parse({"nodes": ["10.0.0.1/16"]}, "--range")


@pytest.mark.parametrize(
    ("shown", "believed"),
    [
        # A hop added its peer: this is the header's value, under whatever name.
        ({"origin": "{one}, {two}, 2.2.2.2"}, set()),
        ({"ips": ["{one}", "2.2.2.2"]}, set()),
        # Nobody added anything: who shows this took it for an address of somebody.
        ({"origin": "{one}, {two}"}, {"origin"}),
        ({"ips": ["2.2.2.2", "{one}"]}, {"ips"}),
        ({"origin": "{one}"}, {"origin"}),
        ({"note": "seen {one}, too"}, {"note"}),
        ({"X-Forwarded-For": "{one}"}, set()),
        ({"client_ip": "{one}", "headers": {"Client-IP": "{one}"}}, {"client_ip"}),
        ({"dump": "Host: x\nX-Forwarded-For: {one}\n"}, set()),
        ({"dump": "Host: x\nclient_ip: {one}\n"}, {"dump"}),
    ],
    ids=str,
)  # fmt: skip
def test_forged_address_counts_as_believed_unless_it_stands_as_a_header(shown: object, believed: set[str]) -> None:
    ledger = Ledger(())
    owners = {ledger.claim(1, "X-Forwarded-For", 0): "X-Forwarded-For" for _ in range(2)}
    one, two = map(str, owners)
    body = json.dumps(shown).replace("{one}", one).replace("{two}", two).encode()
    sighting = read_answer(body, Question(HEADER, forgery=Forgery(1, "n", owners=owners), ledger=ledger))
    assert {claim.field for claim in sighting.claims if not claim.echo} == believed
    assert sighting.claims
    other = read_answer(body, Question(HEADER, forgery=Forgery(2, "m"), ledger=ledger))
    assert all(claim.stale for claim in other.claims)
