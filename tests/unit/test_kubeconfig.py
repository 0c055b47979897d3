"""Whatever a kubeconfig holds, it leads to a server or to an error in words, and what lets somebody in is never shown."""

import base64
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from realip.errors import InputError
from realip.kubeconfig import KubernetesError, read_kubeconfig
from realip.kubernetes_api import connected
from tests.support.thoroughness import examples

SECRET = "SEKRET-of-nobody"
KEY = base64.b64encode(SECRET.encode()).decode()
CLUSTER: dict[str, Any] = {
    "server": "https://198.51.100.1",
    "tls-server-name": "cls-1.example.com",
    "proxy-url": "http://203.0.113.7:3128",
    "insecure-skip-tls-verify": False,
    "certificate-authority": "ca.crt",
    "certificate-authority-data": "",
}
USER: dict[str, Any] = {
    "token": SECRET,
    "tokenFile": "token",
    "username": "admin",
    "password": SECRET,
    "client-certificate": "a.crt",
    "client-certificate-data": KEY,
    "client-key": "a.key",
    "client-key-data": KEY,
    "exec": {"command": "login", "apiVersion": "v1", "args": ["--now"], "env": [{"name": "A", "value": SECRET}]},
    "auth-provider": {"name": "oidc"},
    "as": "reader",
    "as-uid": "06f6ce97",
    "as-groups": ["auditors"],
    "as-user-extra": {"project": ["a"]},
}


def document(cluster: object, user: object) -> dict[str, Any]:
    return {
        "clusters": [{"name": "c", "cluster": cluster}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }


def kubeconfig(cluster: dict[str, Any] | None = None, user: dict[str, Any] | None = None) -> str:
    return yaml.safe_dump(document({"server": "https://198.51.100.1", **(cluster or {})}, user or {}))


def refused(text: str, folder: Path | None = None, *, programs: bool = False) -> str:
    with (
        pytest.raises(KubernetesError) as caught,
        connected(read_kubeconfig(text, folder=folder, programs=programs)),
    ):
        pass
    said = str(caught.value)
    assert SECRET not in said
    assert KEY not in said
    assert "Error" not in said
    return said


def logged_in(folder: Path, answer: object) -> dict[str, Any]:
    """A user whose program hands this out."""
    (folder / "answer").write_text(json.dumps(answer))
    (folder / "login").write_text(f"#!/bin/sh\ncat '{folder}/answer'\n")
    (folder / "login").chmod(0o755)
    return {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "./login"}}


@pytest.mark.parametrize("around", ["{}\n", " {} ", "{}\r\n", "\t{}"])
def test_a_token_is_sent_without_the_blanks_around_it(around: str, tmp_path: Path) -> None:
    token = around.format(SECRET)
    (tmp_path / "token").write_text(token)
    for user in ({"token": token}, {"tokenFile": "token"}, logged_in(tmp_path, {"status": {"token": token}})):
        made = read_kubeconfig(kubeconfig(user=user), folder=tmp_path, programs=True)
        assert made.authorization == f"Bearer {SECRET}", user


@pytest.mark.parametrize(
    "token", [f"{SECRET}é", f"{SECRET}\n{SECRET}", f"{SECRET} {SECRET}", f"{SECRET}\x7f", f"{SECRET}\ud800", " "]
)
def test_a_token_that_no_header_can_carry_is_refused_unseen(token: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(token.encode(errors="surrogatepass"))
    program = logged_in(tmp_path, {"status": {"token": token}})
    assert "the kubeconfig's token " in refused(kubeconfig(user={"token": token}))
    assert "the kubeconfig's tokenFile " in refused(kubeconfig(user={"tokenFile": "token"}), tmp_path)
    assert "login's token " in refused(kubeconfig(user=program), tmp_path, programs=True)


def test_a_password_is_sent_without_the_line_break_after_it() -> None:
    made = read_kubeconfig(kubeconfig(user={"username": "Aladdin\n", "password": "open sesame\n"}))
    assert made.authorization == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="  # RFC 7617, section 2


@pytest.mark.parametrize(
    "user",
    [
        {"username": "a", "password": f"{SECRET}\ud800"},
        {"username": "a", "password": f"{SECRET}\x00"},
        {"username": f"a:{SECRET}", "password": "b"},
    ],
)
def test_a_password_that_no_header_can_carry_is_refused_unseen(user: dict[str, Any]) -> None:
    assert "username and password" in refused(kubeconfig(user=user))


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ({"username": "admin"}, "a username and no password"),
        ({"password": SECRET}, "a password and no username"),
        ({"client-certificate-data": KEY}, "a client-certificate and no client-key"),
        ({"client-key-data": KEY}, "a client-key and no client-certificate"),
        ({"token": "t", "as-groups": ["auditors"], "as-uid": "1"}, "says as-uid and as-groups, and not whose they are"),
        ({"token": "t", "as": "a\nb"}, "cannot be sent"),
        ({"token": "t", "as": "a", "as-groups": [" "]}, "cannot be sent"),
        (
            {"token": "t", "as": "a", "as-user-extra": {"project": "p"}},
            "as-user-extra.project, which has to be a list of text",
        ),
        (
            {"token": "t", "as": "a", "as-user-extra": {"project": [1]}},
            "as-user-extra.project, which has to be a list of text",
        ),
    ],
)
def test_half_of_what_says_who_asks_is_refused_and_not_passed_over(user: dict[str, Any], words: str) -> None:
    assert words in refused(kubeconfig(user=user))


@pytest.mark.parametrize("field", ["server", "proxy-url"])
@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"https://admin:{SECRET}@host:badport", "'https://host:badport' is no URL"),
        (f"https://admin:{SECRET}/1@host", "'https://host' is no URL"),
        (f"https://{SECRET}#1@host", "'https://host' is no URL"),
        (f"admin:{SECRET}@host:6443", "'host:6443' is no URL"),
        (f"https://admin:{SECRET}@host?token={SECRET}", "'https://host' is no URL"),
        (f"https://admin:{SECRET}@a..b", "'https://a..b' is no URL"),
        (f"https://admin:{SECRET}@{'a' * 64}", "is no URL"),
        (f"https://admin:{SECRET}@ho st", "'https://ho st' is no URL"),
        ("ftp://host", "'ftp://host' is no URL; it starts with http"),
    ],
)
def test_a_url_is_told_without_the_password_in_it(field: str, url: str, shown: str) -> None:
    said = refused(kubeconfig({field: url}))
    assert f"the kubeconfig's {field} " in said
    assert shown in said


@pytest.mark.parametrize("field", ["server", "proxy-url"])
def test_a_url_that_holds_a_password_is_not_in_what_a_log_shows(field: str) -> None:
    assert SECRET not in repr(read_kubeconfig(kubeconfig({field: f"https://admin:{SECRET}@host"})))


def test_a_key_with_a_pass_phrase_is_refused_and_nobody_is_asked_for_it(tmp_path: Path) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-days", "2", "-subj", "/CN=u", "-config", "request"]
    (tmp_path / "request").write_text("[req]\ndistinguished_name = name\n[name]\n")
    subprocess.run(
        [*command, "-passout", f"pass:{SECRET}", "-keyout", "u.key", "-out", "u.crt"],
        check=True,
        capture_output=True,
        cwd=tmp_path,
    )
    assert b"ENCRYPTED" in (tmp_path / "u.key").read_bytes()
    said = refused(kubeconfig(user={"client-certificate": "u.crt", "client-key": "u.key"}), tmp_path)
    assert "certificates cannot be used" in said


def test_a_socks_proxy_that_cannot_be_used_here_is_said() -> None:
    said = refused(kubeconfig({"proxy-url": f"socks5://admin:{SECRET}@203.0.113.7"}))
    assert "the kubeconfig's proxy-url 'socks5://203.0.113.7'" in said


@pytest.mark.parametrize("name", ["a..b", "a" * 64, "é", ".a", "a\x00"])
def test_a_name_that_no_certificate_has_is_refused(name: str) -> None:
    assert "tls-server-name" in refused(kubeconfig({"tls-server-name": name}))


@pytest.mark.parametrize(
    ("key", "name"),
    [*((key, f"clusters[0].cluster.{key}") for key in CLUSTER), *((key, f"users[0].user.{key}") for key in USER)],
)
def test_every_field_of_a_wrong_kind_is_refused_by_its_name(key: str, name: str) -> None:
    for wrong in (5, [SECRET], {SECRET: SECRET}, "false" if key in {"insecure-skip-tls-verify", "exec"} else 1.5):
        if key in {"exec", "auth-provider", "as-user-extra"} and isinstance(wrong, dict):
            continue
        if key == "as-groups" and isinstance(wrong, list):
            continue
        one = {key: wrong}
        said = refused(kubeconfig(one) if key in CLUSTER else kubeconfig(user=one))
        assert f"{name} is " in said


def test_all_fields_of_a_wrong_kind_are_told_at_once() -> None:
    said = refused(
        yaml.safe_dump(document({"server": 5, "tls-server-name": 5}, {"exec": {"args": [1], "env": [{"value": 2}]}}))
    )
    for name in ("clusters[0].cluster.server", "cluster.tls-server-name", "exec.args[0]", "exec.env[0].value"):
        assert f"{name} is a number, not text" in said


@pytest.mark.parametrize(
    "text",
    [
        "clusters: {a: b}",
        "clusters: [5]",
        "clusters: [{name: 5}]",
        "clusters: [{name: c}]\ncontexts: 5",
        "clusters: [{name: c}]\nusers: [[1]]",
        "clusters: [{name: c}]\ncurrent-context: [a]",
        "clusters: [{name: c}]\ncontexts: [{name: a, context: {cluster: [c]}}]\ncurrent-context: a",
    ],
)
def test_lists_of_a_wrong_kind_are_told_in_words(text: str) -> None:
    assert " not " in refused(text)


@pytest.mark.parametrize("text", ["a: !!timestamp x", "a: !!bool x", "a: !!int ''", "a: !!float x", "? [a]\n: b"])
def test_yaml_that_the_parser_stumbles_over_is_told_in_words(text: str) -> None:
    assert "is no YAML" in refused(text)


def test_fields_that_are_null_or_empty_are_not_given(tmp_path: Path) -> None:
    """As kubectl has it: an empty certificate-authority-data does not stand in the way of the file."""
    (tmp_path / "ca.crt").write_text("CA")
    nothing = dict.fromkeys(USER)
    made = read_kubeconfig(
        kubeconfig({"certificate-authority-data": "", "certificate-authority": "ca.crt", "proxy-url": ""}, nothing),
        folder=tmp_path,
    )
    assert (made.authority, made.proxy, made.authorization, made.verify) == (b"CA", None, None, True)
    assert read_kubeconfig(yaml.safe_dump(document({"server": "https://198.51.100.1"}, None))).authorization is None


@pytest.mark.parametrize(
    "answer", [[], 5, {}, {"status": 5}, {"status": {"token": [SECRET]}}, {"status": {"token": 5}}, {"status": []}]
)
def test_an_answer_of_a_program_that_is_none_is_told_in_words(answer: object, tmp_path: Path) -> None:
    assert "login hands out no credentials" in refused(
        kubeconfig(user=logged_in(tmp_path, answer)), tmp_path, programs=True
    )


_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | st.binary(max_size=4)
_texts = st.text(max_size=6) | st.sampled_from([f"{SECRET}é", f"{SECRET}\n", f"https://a:{SECRET}@b", KEY, "\ud800"])
_values = st.recursive(
    _scalars | _texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["name", "command", SECRET]), inner),
    max_leaves=4,
)


def _bent(known: dict[str, Any]) -> st.SearchStrategy[Any]:
    """A map with anything in some of its fields, or something else in its place."""
    fields = st.fixed_dictionaries({}, optional={key: st.just(value) | _values for key, value in known.items()})
    return st.booleans().flatmap(lambda whole: fields if whole else fields | _values)


def _shown_of_cluster(cluster: Any) -> Iterator[str]:
    """Names of files and servers may be shown, and addresses, but for who asks there."""
    given = cluster if isinstance(cluster, dict) else {}
    yield from (str(given.get(key)) for key in ("certificate-authority", "tls-server-name"))
    yield from (str(given[key]) for key in ("server", "proxy-url") if "@" not in str(given.get(key, "@")))


def _shown_of_user(user: Any) -> Iterator[str]:
    """Names of files and of extra fields may be shown, and what stands in their place here is none."""
    given = user if isinstance(user, dict) else {}
    yield from (str(given.get(key)) for key in ("tokenFile", "client-certificate", "client-key"))
    yield str(list(given["as-user-extra"]) if isinstance(given.get("as-user-extra"), dict) else "")


@examples(300, 5000)
@given(
    _bent(CLUSTER),
    _bent(USER),
    st.dictionaries(st.sampled_from(["clusters", "users", "contexts", "current-context"]), _values, max_size=1),
)
def test_whatever_a_kubeconfig_holds_it_is_a_server_or_an_error_in_words(
    cluster: Any, user: Any, over: dict[str, Any]
) -> None:
    if isinstance(cluster, dict):
        cluster = {"server": "https://198.51.100.1", **cluster}
    try:
        with connected(read_kubeconfig(yaml.safe_dump({**document(cluster, user), **over}))) as server:
            said = repr(server.kubeconfig)
    except InputError as error:
        said = str(error)
    shown = str(over) + "".join(_shown_of_user(user)) + "".join(_shown_of_cluster(cluster))
    assert SECRET not in said or SECRET in shown
    assert KEY not in said or KEY in shown
    assert "\n" not in said
