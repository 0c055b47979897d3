"""Addresses, paths and answers as text: nothing raises, and only the address itself passes for it."""

import json
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realip.errors import InputError
from realip.reads import Reads
from realip.verify.answers import Sighting, printable, read_answer
from realip.verify.ip import Ranges, parse_address
from realip.verify.json_path import JsonPath
from realip.verify.judge import Attempt, Judge
from realip.verify.report import Verdict

ME = ip_address("81.2.69.142")
FUZZ = settings(max_examples=200, deadline=None)


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


def _answered(sighting: Sighting) -> Attempt:
    target = ip_address("119.29.29.29")
    return Attempt("target", target, 80, kept=False, forged=(), local=ME, reached=True, sighting=sighting)


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
    _BODIES, st.sampled_from(list(Reads)), st.sampled_from([None, "a", "client_ip", "headers.name[0]", '["pod"][-1]'])
)
def test_fuzz_body_never_raises_and_never_proves_what_it_does_not_hold(
    body: bytes, reads: Reads, path: str | None
) -> None:
    sighting = read_answer(body, reads, JsonPath.parse(path) if path else None)
    assert (sighting.values is None) == (sighting.problem is not None)
    attempt = _answered(sighting)
    verdict = Judge(reads, given=frozenset({ME})).judge(attempt).verdict
    if str(ME).encode() not in body:
        assert verdict is not Verdict.PRESERVED
    assert verdict is not Verdict.UNREACHABLE


@FUZZ
@given(st.ip_addresses(v=4), st.booleans())
def test_fuzz_another_address_is_never_preserved(other: IPv4Address, header: bool) -> None:
    reads = Reads.X_FORWARDED_FOR if header else Reads.SOCKET_PEER
    body = json.dumps({"client_ip": str(other), "headers": {"X-Forwarded-For": f"{ME}, {other}"}}).encode()
    attempt = _answered(read_answer(body, reads))
    verdict = Judge(reads, given=frozenset({ME})).judge(attempt).verdict
    assert (verdict is Verdict.PRESERVED) == (other == ME)


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
    ("body", "reads", "sighting"),
    [
        # The guide's layer 4 image in header mode: its peer is the node, the headers have the client.
        (
            {"client_ip": "10.0.0.5", "headers": {"X-Forwarded-For": "1.1.1.1, 2.2.2.2", "X-Real-Ip": "2.2.2.2"}},
            Reads.X_FORWARDED_FOR,
            Sighting(values=("1.1.1.1", "2.2.2.2"), believed="10.0.0.5", real_ip="2.2.2.2"),
        ),
        ({"headers": {}}, Reads.X_FORWARDED_FOR, Sighting(values=())),
        ({"client_ip": "2.2.2.2"}, Reads.X_FORWARDED_FOR, Sighting(values=("2.2.2.2",))),
        ({"client_ip": "2.2.2.2", "remote_addr": "3.3.3.3:1"}, Reads.SOCKET_PEER, Sighting(values=("3.3.3.3:1",))),
        ({"os": {"hostname": "web"}, "ip": "2.2.2.2"}, Reads.SOCKET_PEER, Sighting(values=("2.2.2.2",), pod="web")),
        ({"podName": "web-0", "hostname": "n", "ip": "2.2.2.2"}, Reads.SOCKET_PEER, Sighting(values=("2.2.2.2",), pod="web-0")),
    ],
)  # fmt: skip
def test_json_answer_is_read(body: object, reads: Reads, sighting: Sighting) -> None:
    assert read_answer(json.dumps(body).encode(), reads) == sighting


def test_key_that_an_object_repeats_is_every_line_of_the_header() -> None:
    line = '"X-Forwarded-For": "{}.0.0.1"'
    body = '{"headers": {' + ", ".join(line.format(number) for number in (6, 7, 8)) + "}}"
    assert read_answer(body.encode(), Reads.X_FORWARDED_FOR).values == ("6.0.0.1", "7.0.0.1", "8.0.0.1")


def test_header_of_ten_thousand_elements_is_cut_from_the_left() -> None:
    body = json.dumps({"headers": {"x-forwarded-for": ",".join(["6.6.6.6"] * 10_000) + ",2.2.2.2"}}).encode()
    values = read_answer(body, Reads.X_FORWARDED_FOR).values
    assert values is not None
    assert (len(values), values[-1]) == (64, "2.2.2.2")


def test_ranges_are_networks_of_known_kinds() -> None:
    with pytest.raises(InputError, match="`nodez` is no kind"):
        Ranges.parse({"nodez": []}, "--range")
    with pytest.raises(InputError, match=r"10\.0\.0\.1/16"):
        Ranges.parse({"nodes": ["10.0.0.1/16"]}, "--range")
