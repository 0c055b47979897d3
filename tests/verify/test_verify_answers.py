"""Forms of answers, read without a server: a forged address that is only echoed is no finding, one that is believed is, and a refusal is no proof."""

import json
import ssl
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address

import h11
import pytest

from realip.verify.answers import Question, read_answer
from realip.verify.attempt import Attempt, Kind
from realip.verify.caller import Caller
from realip.verify.evidence import Sighting
from realip.verify.failures import Limits, failure
from realip.verify.forgery import Forgery, Ledger
from realip.verify.ip import Ranges
from realip.verify.judge import Judge, Judgement
from realip.verify.reading import Reading
from realip.verify.report import Verdict
from realip.verify.responses import Response, cached_by

ME = "81.2.69.142"
SOCKET, HEADER = Reading(), Reading("X-Forwarded-For")


def _read(body: str, reading: Reading = SOCKET) -> tuple[Sighting, Mapping[str, str]]:
    """An answer in which `{xff}`, `{xff2}` and `{client-ip}` stand for forged addresses, and `{me}` for the caller's own."""
    ledger = Ledger(())
    owners, words = {}, {"me": ME}
    for word, header in (("xff", "X-Forwarded-For"), ("xff2", "X-Forwarded-For"), ("client-ip", "Client-IP")):
        address = ledger.claim(1, header, 0)
        owners[address], words[word] = header, str(address)
    for word, text in words.items():
        body = body.replace(f"{{{word}}}", text)
    question = Question(reading, forgery=Forgery(1, "n", owners=owners), ledger=ledger, host="shop.example")
    return read_answer(body.encode(), question), words


def _judge(sighting: Sighting, reading: Reading = SOCKET, ranges: Ranges | None = None) -> Judgement:
    target = ip_address("119.29.29.29")
    attempt = Attempt(Kind.TARGET, target, 80, local=ip_address(ME), reached=True, sighting=sighting)
    return Judge(reading, Caller(ranges or Ranges(), given=frozenset({ip_address(ME)}))).judge(attempt)


@pytest.mark.parametrize(
    "text",
    [
        "<html><table><tr><td>X-Forwarded-For</td><td>{xff}</td></tr></table>",
        '<tr>\n  <th scope="row">X-Forwarded-For</th>\n  <td class="v">\n    {xff}\n  </td>\n</tr>',
        "<dl><dt>X-Forwarded-For</dt><dd><code>{xff}</code></dd></dl>",
        "<html><b>X-Forwarded-For</b>: {xff}<br>",
        '<td class="e">$_SERVER[\'HTTP_X_FORWARDED_FOR\']</td><td class="v">{xff}</td>',
        '<td>HTTP_CLIENT_IP</td><td class="code"><pre>&#x27;{client-ip}&#x27;</pre></td>',
        "<x><X-Forwarded-For>{xff}</X-Forwarded-For></x>",
        '<x><header name="X-Forwarded-For">{xff}, {xff2}</header></x>',
        '<x><header name="X-Forwarded-For" value="{xff}"/></x>',
        'array(1) {\n  ["HTTP_X_FORWARDED_FOR"]=>\n  string(13) "{xff}"\n}',
        "<pre>Array\n(\n    [HTTP_X_FORWARDED_FOR] => {xff}\n)\n</pre>",
        "Headers([('Host', 'x'), ('Forwarded', 'proto=http;for={xff}'), ('X-Forwarded-For', '{xff2}')])",
        '[{<<"x-forwarded-for">>,<<"{xff}">>}]',
        '{:headers {"x-forwarded-for" "{xff}"}}',
        'return { ["x-forwarded-for"] = "{xff}" }',
        "What came:\nX-Forwarded-For\t{xff}\n",
        "| name | value |\n|---|---|\n| X-Forwarded-For | {xff} |\n",
        "Seen: X-Forwarded-For -> {xff}",
        "recv b'GET / HTTP/1.1\\r\\nHost: x\\r\\nX-Forwarded-For: {xff}\\r\\n'",
        '<p data-header="X-Forwarded-For">{xff}</p>',
        'Bad request: invalid X-Forwarded-For header "{xff}"',
        'client 10.0.0.11 - - "GET / HTTP/1.1" 200 5 "-" "agent" "{xff}, 10.0.0.11"',
        'level=info msg="hello there" xff="{xff}" remote_addr=81.2.69.142',
        "What came:\nx-forwarded-for:\n  - {xff}\n  - {xff2}\n",
        "<p>X-Forwarded-For</p><ul><li>{xff}</li><li>{xff2}</li></ul>",
        "<td>X-Shop-Original</td><td>{xff}</td>",
        "Client-IP: {client-ip}\n",
    ],
)
def test_header_that_a_page_shows_in_its_own_way_is_no_finding(text: str) -> None:
    sighting, _ = _read(text)
    assert sighting.claims
    assert not sighting.believed


@pytest.mark.parametrize(
    "text",
    [
        "<html><p>You are {xff}</p>",
        "<x><X-Real-IP>{xff2}</X-Real-IP><client>{xff}</client></x>",
        "<table><tr><td>X-Forwarded-For</td><td>10.0.0.11</td><td>{xff}</td></tr></table>",
        "X-Forwarded-For is not looked at. Your address: {xff}",
        "seen {xff}, {xff2}",
        "client {xff}, proxy 10.0.0.11",
        # Shown under the name of a header that did not have it: this is what the application worked out.
        "<td>Client-IP</td><td>{xff}</td>",
        "Client-IP: {xff}\nRemote: 81.2.69.142\n",
    ],
)
def test_forged_address_on_a_page_is_a_finding_without_its_headers_name(text: str) -> None:
    sighting, words = _read(text)
    assert words["xff"] in {str(claim.address) for claim in sighting.believed}


@pytest.mark.parametrize(
    "shown",
    [
        {"xff": "{xff}"},
        {"forwarded": [{"for": "{xff}", "proto": "http"}]},
        {"x_forwarded_for": {"raw": "{xff}, {xff2}", "first": "{xff}"}},
        {"http.request.header.x-forwarded-for": ["{xff}"]},
        {"request.headers.x-forwarded-for": "{xff}", "header_client_ip": "{client-ip}"},
        {"raw": ["Host", "x", "User-Agent", "y", "X-Forwarded-For", "{xff}"]},
        {"seen": [["Host", "x"], ["User-Agent", "y"], ["X-Forwarded-For", "{xff}"]]},
        {"seen": [{"name": "Host", "value": "x"}, {"name": "Accept", "value": "y"}, {"name": "X-Shop", "value": "{xff}"}]},
        {"seen": ["Host: x", "User-Agent: y", "X-Forwarded-For: {xff}"]},
        {"headers": json.dumps({"Host": "x", "X-Forwarded-For": "{xff}"})},
        {"headers": ["Host=x", "X-Forwarded-For={xff}"]},
        {"client-ip": "{client-ip}"},
        {"headers": ["Host", "User-Agent", "Realip-Probe", "Accept"]},
    ],
    ids=str,
)  # fmt: skip
def test_header_under_an_unusual_name_hides_no_proof(shown: Mapping[str, object]) -> None:
    sighting, _ = _read(json.dumps({"remote_addr": ME, **shown}))
    assert _judge(sighting).verdict is Verdict.PRESERVED


@pytest.mark.parametrize(
    "shown",
    [
        {"remote-addr": "{xff}"},
        {"client-ip": "{xff}"},
        {"hits": {"{xff}": 3}},
        {"metadata": {"client_ip": "{xff}"}},
        {"headers": {"Host": "x", "Accept": "y", "extra": {"seen": ["{xff}", 1]}}},
        {"body": json.dumps({"client_ip": "{xff}"})},
    ],
    ids=str,
)
def test_belief_beside_the_right_address_is_found_wherever_it_stands(shown: Mapping[str, object]) -> None:
    sighting, _ = _read(json.dumps({"client_ip": ME, **shown}))
    assert _judge(sighting).verdict is Verdict.SPOOFABLE


def test_belief_in_a_cookie_is_found() -> None:
    ledger = Ledger(())
    address = ledger.claim(1, "X-Forwarded-For", 0)
    cookie = [("set-cookie", f"visitor=%7B%22ip%22%3A%22{address}%22%7D; Path=/")]
    question = Question(forgery=Forgery(1, "n", owners={address: "X-Forwarded-For"}), ledger=ledger, response=cookie)
    assert _judge(read_answer(ME.encode(), question)).verdict is Verdict.SPOOFABLE


def test_belief_is_found_in_every_way_to_write_an_address() -> None:
    address = ip_address(_read("")[1]["xff"])
    for write in (
        lambda found: list(found.packed),
        lambda found: str(int(found)),
        lambda found: IPv6Address(b"\0" * 10 + b"\xff\xff" + found.packed).exploded,
    ):
        ledger = Ledger(())
        address = ledger.claim(1, "X-Forwarded-For", 0)
        question = Question(forgery=Forgery(1, "n", owners={address: "X-Forwarded-For"}), ledger=ledger)
        body = json.dumps({"client_ip": ME, "seen": write(address)}).encode()
        assert _judge(read_answer(body, question)).verdict is Verdict.SPOOFABLE


@pytest.mark.parametrize(
    "body",
    [
        {"message": "Access denied by security policy", "client_ip": ME},
        {"code": 403, "msg": "x", "client_ip": ME},
        {"status": "forbidden", "ip": ME},
        {"success": False, "ip": ME},
        {"data": {"error": "blocked", "ip": ME}},
        {"response": {"blocked": True, "client_ip": ME}},
        {"title": "Too Many Requests", "status": 429, "client_ip": ME},
        {"captive": True, "client_ip": ME},
        {"meta": {"status": 503}, "client_ip": ME},
        {"message": "Service Unavailable", "client_ip": ME},
        {"msg": "访问被拒绝", "client_ip": ME},
        f"Message: Access denied\nClient IP: {ME}\nRequest ID: 5a\n",
        f"Status: 403 Forbidden\nYour IP: {ME}\n",
    ],
    ids=str,
)
def test_refusal_with_status_200_that_quotes_the_visitor_proves_nothing(body: object) -> None:
    sighting, _ = _read(body if isinstance(body, str) else json.dumps(body))
    judgement = _judge(sighting)
    assert (judgement.verdict, judgement.reason.code) == (Verdict.UNKNOWN, "answer_refusal")


def test_port_that_speaks_http_2_alone_is_told_as_that() -> None:
    limits = Limits(10.0, 5.0, made=True, begun=False, secure=False)
    problem, transient, _ = failure(h11.RemoteProtocolError("illegal"), limits, b"\x00\x00")
    assert (problem.code, transient) == ("speaks_http_2", False)


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "tls_wants_certificate"),
        ("TLSV1_UNRECOGNIZED_NAME", "tls_other_name"),
        ("WRONG_VERSION_NUMBER", "tls_failed"),
    ],
)
def test_alert_that_has_a_remedy_is_told_with_it(reason: str, code: str) -> None:
    error = ssl.SSLError(1, f"[SSL: {reason}] said so")
    limits = Limits(10.0, 5.0, made=True, begun=False, secure=True)
    assert failure(error, limits, b"")[0].code == code


def test_refusal_by_its_media_type_proves_nothing() -> None:
    body = json.dumps({"instance": "/x", "client_ip": ME}).encode()
    sighting = read_answer(body, Question(response=[("content-type", "application/problem+json")]))
    assert _judge(sighting).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "more",
    [
        {"status": "success", "code": 200, "success": True, "error": None},
        {"code": 0, "msg": "ok", "errors": []},
        {"error": "none", "state": "blocking=no", "message": "hello from a pod"},
    ],
)
def test_answer_that_says_that_all_is_well_is_a_proof(more: Mapping[str, object]) -> None:
    assert _judge(_read(json.dumps({"client_ip": ME, **more}))[0]).verdict is Verdict.PRESERVED


@pytest.mark.parametrize(
    "said",
    [
        "Cache-Status: edge; hit", "X-Vercel-Cache: HIT", "X-Varnish: 32770 3", "X-Cache-Hits: 0, 3", "X-Drupal-Cache: HIT",
        "X-Cache: TCP_MEM_HIT", "X-Cache: RefreshHit from cloudfront", "Server-Timing: cdn-cache; desc=HIT", "X-Nginx-Cache: STALE",
    ],
)  # fmt: skip
def test_cache_that_says_so_under_any_name_is_believed(said: str) -> None:
    name, _, value = said.partition(": ")
    assert cached_by(Response(200, [(name.lower(), value)], b"")) is not None


@pytest.mark.parametrize(
    "said",
    [
        "Cache-Status: edge; fwd=stale; fwd-status=200", "X-Varnish: 32770", "X-Cache-Hits: 0", "X-Cache-Key: /hit", "X-Cacheable: hit",
        "Cache-Control: no-store, stale-if-error=5", "X-Cache: BYPASS", "X-Cache-Status: EXPIRED", "Server-Timing: cdn-cache; desc=MISS",
    ],
)  # fmt: skip
def test_header_about_caching_that_tells_of_no_hit_is_no_doubt(said: str) -> None:
    name, _, value = said.partition(": ")
    assert cached_by(Response(200, [(name.lower(), value)], b"")) is None


@pytest.mark.parametrize(
    "body",
    [
        {"headers": {"Host": "x", "User-Agent": "realip-verify"}},
        {"HTTP_HOST": "x", "HTTP_USER_AGENT": "realip-verify", "REMOTE_ADDR": ME},
        {"request": {"path": "/"}, "response": {"headers": {"X-Forwarded-For": ME}}},
    ],
    ids=str,
)
def test_choice_of_headers_does_not_say_that_one_was_lost(body: object) -> None:
    judgement = _judge(_read(json.dumps(body), HEADER)[0], HEADER)
    assert judgement.verdict is Verdict.UNKNOWN


def test_header_that_is_missing_among_all_was_lost() -> None:
    body = {"headers": {"Host": "x", "User-Agent": "realip-verify", "Realip-Probe": "n"}}
    assert _judge(_read(json.dumps(body), HEADER)[0], HEADER).verdict is Verdict.TRANSLATED


@pytest.mark.parametrize("written", ["undefined", "null", "-"])
def test_header_that_a_program_says_is_undefined_is_missing(written: str) -> None:
    sighting, _ = _read(f"remoteAddress: 10.0.0.11\nx-forwarded-for: {written}\n", HEADER)
    assert _judge(sighting, HEADER).reason.code == "no_header"


def test_address_without_its_end_is_not_called_another_ones() -> None:
    judgement = _judge(_read(json.dumps({"client_ip": "81.2.69.0"}))[0])
    assert (judgement.verdict, judgement.reason.code) == (Verdict.UNKNOWN, "saw_shortened")


def test_pods_own_address_is_not_blamed_and_a_nodes_is() -> None:
    ranges = Ranges.parse({"nodes": ["10.0.0.0/20"], "pods": ["10.0.208.0/20"]}, "test")
    found = {}
    for ip in ("10.0.208.7", "10.0.0.11"):
        body = json.dumps({"hostname": "web-1", "ip": ip})
        found[ip] = _judge(_read(body)[0], ranges=ranges).verdict
    assert found == {"10.0.208.7": Verdict.UNKNOWN, "10.0.0.11": Verdict.TRANSLATED}


@pytest.mark.parametrize(
    "body",
    [
        {"UserHostAddress": "{me}"}, {"requestContext": {"identity": {"sourceIp": "{me}"}}}, {"peer": "ipv4:{me}:4711"},
        {"remoteAddr": {"transport": "tcp", "hostname": "{me}", "port": 5}}, {"remote": "tcp://{me}:4711"},
        {"downstream_remote_address": "{me}:4711"}, {"client.address": "{me}"}, {"ipv4": "{me}"}, {"remote_host": "{me}"},
        {"client-ip": "{me}"}, {"remote-addr": "{me}", "headers": {"host": "x", "accept": "y"}}, [{"client_ip": "{me}"}],
        'client_ip = "{me}"\n\n[headers]\nhost = "x"\n', "level=info remote_addr={me} method=GET\n",
    ],
    ids=str,
)  # fmt: skip
def test_spelling_of_a_program_is_read_without_a_path(body: object) -> None:
    sighting, _ = _read(body if isinstance(body, str) else json.dumps(body))
    assert _judge(sighting).verdict is Verdict.PRESERVED


@pytest.mark.parametrize(
    "text",
    [
        "---\nremote_addr: 10.0.0.11\nheaders:\n  host: x\n  realip-probe: 'n'\n  x-forwarded-for: '9.9.9.9, {me}'\n",
        "Request served by web-1\n\nGET / HTTP/1.1\n\nHost: x\nX-Forwarded-For: 9.9.9.9, {me}\n",
    ],
)
def test_header_of_a_listing_is_read_in_its_dialects(text: str) -> None:
    assert _judge(_read(text, HEADER)[0], HEADER).verdict is Verdict.PRESERVED


@pytest.mark.parametrize(
    "filling", [json.dumps([[0]] * 12_000), "[" * 900 + "1" + "]" * 900, '{"a": ' * 60 + "1" + "}" * 60]
)
def test_answer_that_is_not_read_to_its_end_proves_nothing(filling: str) -> None:
    sighting, _ = _read(f'{{"client_ip": "{ME}", "filling": {filling}}}')
    assert _judge(sighting).reason.code == "answer_too_deep"
