"""Everything that a verification says to a person: codes with parameters, and their English.

A message is data until it is said, so that a catalogue in another language can say it; JSON is always English.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["ENGLISH", "Message", "english", "message", "say"]


@dataclass(frozen=True)
class Message:
    """What is to be said: a code of the catalogue, and values for its places, which may be messages themselves."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __hash__(self) -> int:
        """By what it says."""
        return hash((self.code, str(self.values)))


def message(code: str, /, **values: Any) -> Message:
    """A message of the catalogue; a code that is not there is our own mistake."""
    if code not in ENGLISH:
        raise KeyError(code)
    return Message(code, values)


def say(what: Message, catalogue: Mapping[str, str]) -> str:
    """The message in the words of a catalogue."""
    values = {
        name: say(value, catalogue) if isinstance(value, Message) else value for name, value in what.values.items()
    }
    return catalogue[what.code].format(**values)


def english(what: Message) -> str:
    """The message in English."""
    return say(what, ENGLISH)


ENGLISH: dict[str, str] = {
    # Why there is nothing to read.
    "no_answer": "no answer",
    "name_not_resolved_within": "the name {host} was not resolved within {limit} s",
    "name_not_resolved": "the name {host} does not resolve: {why}",
    "no_address_of_family": "{host} has no IPv{family} address",
    "no_connection_within": "no connection within {limit} s",
    "no_answer_within": "no whole answer within {limit} s",
    "connection_refused": "connection refused",
    "connection_reset": "connection reset",
    "no_connection": "{why}",
    "connection_broke": "the connection broke: {why}",
    "closed_early": "the connection was closed without a whole answer",
    "certificate_not_trusted": "the certificate is not trusted: {why}",
    "tls_failed": "TLS failed: {why}",
    "speaks_tls": "the port speaks TLS and was asked in plain HTTP: write https:// in the URL",
    "not_http": "the answer is not HTTP: {why}",
    "answer_flood": "the answer comes in too many pieces: no echo of a client's address",
    "redirects": "redirects to {where} ({status}), which is not followed: name the target that answers itself",
    "http_status": "answers with HTTP status {status}",
    "http_status_forged": "answers a request with forged headers with HTTP status {status}",
    "too_many_requests": "answers with HTTP status 429, too many requests: ask for fewer with --probes",
    "firewall": "requests with forged headers are answered with HTTP status {status} and plain ones are not: a firewall or the"
    " application takes offence at them, so it is not known what the application would believe",
    "answer_too_large": "the answer is larger than 64 KiB: no echo of a client's address",
    "answer_compressed": "the answer is compressed ({coding}), which was not asked for",
    "answer_empty": "the answer is empty",
    "answer_not_json": "the answer is not the JSON that it looks like or has to be: {start}",
    "answer_web_page": "the answer is a web page, not what the app saw",
    "answer_prose": "the answer holds no address that can be read, and prose is no proof: {start}",
    "answer_refusal": "the answer is a refusal or an error, not what the app saw",
    "answer_lacks_path": "the answer has no text at the --json-path",
    "answer_does_not_tell": "the answer does not tell",
    "peer_not_shown": "the answer does not say who the socket's peer was: name the field with --json-path",
    "peer_not_header": "the answer shows the socket's peer ({field}), not {header}: ask for a path that shows the header, or name the"
    " field that the application worked out with --json-path",
    "header_not_shown": "the answer shows neither {header} nor a client address: name one with --json-path",
    "not_an_address": "{text} is not an address ({field})",
    # Answers that were made for another request.
    "cache_of_another": "the answer shows what another request sent: a cache answers, or the application remembers",
    "cache_says_so": "a cache answered ({header}), not the application",
    "cache_unnumbered": "the answer shows no number of its request, though others do: a cache may have answered",
    "cache_without_claims": "the answer shows none of the forged values of its request, though others do: a cache may have answered",
    # What was seen.
    "saw_own": "the app saw your own address ({learned}) as {field}",
    "saw_instead": "the app saw {seen} instead of your address, {whose} ({field})",
    "saw_other": "{what}",
    "saw_other_hint": "{what}; if a NAT is on your own side, name your address with --expect",
    "saw_socket": "the app saw your socket's own {seen}, but {why}",
    "saw_unknown": "the app saw {seen} ({field}), but {why}",
    "carries_another": "the {learned} says that packets which leave here carry another: you may be inside",
    "carrier_nat": "the app saw {seen}, which a carrier's NAT on your own side may have put in: name your IPv{family} address with --expect",
    "other_family": "you asked over IPv{family} and the app saw IPv{seen}: {what}",
    "no_clients_address": "{what}; it is a private address, which no client of a public target has",
    "behind_proxy": "the app saw {seen} ({field}), a proxy's: your address is element {place} from the right of {header} here. If it always"
    " is, say --trusted-hops {place} and have the application take that one; if not, have it trust the proxies by their networks, or read a"
    " header that only they can write",
    "contradiction": "{field} is your own address, but {other} says {saw}: name the field that the application uses with --json-path",
    "no_header": "the app got no {header}",
    "no_element": "{header} has no element {hop} from the right",
    "believed": "a forged {header} was believed: the answer shows its {address} as {field}",
    "took_claim": "the app takes an address of a forged {header} for the client's ({field} has {address})",
    "whose_node": "a node's",
    "whose_load_balancer": "the load balancer's",
    "whose_pod_range": "one of the pod range",
    "whose_service_range": "one of the service range",
    "whose_vpc": "another one of the VPC",
    "whose_shared": "one of 100.64.0.0/10, which carriers' NATs and some load balancers use",
    "whose_loopback": "that of a proxy beside it",
    "whose_nat": "that of a NAT in between",
    "whose_other": "one of {name}",
    "learned_given": "given",
    "learned_echo_service": "echo service",
    "learned_local_socket": "local socket",
    "learned_nothing": "not known",
    # Whose address the caller's is, and when asking from here proves nothing.
    "own_no_socket": "the connection has no local address to compare with",
    "own_bridge": "your socket's address {local} is a container bridge's or virtual machine's, and leaves this machine as another",
    "own_nat64": "{target} is reached through a NAT64 on your side, which puts its own IPv4 address in",
    "own_loopback": "the target is on this machine, where {local} says nothing about a client",
    "own_behind_nat": "you are behind NAT ({local} is not the address that the internet sees)",
    "own_not_routed": "your socket's address {local} is not one that the target's network routes",
    "own_lacking": "{why}: name your IPv{family} address with --expect, or a service that tells it with --echo",
    "part_nodes": "node range",
    "part_pods": "pod range",
    "part_services": "service range",
    "inside_range": "you ask from inside the cluster ({local} is in its {part}), where packets may never pass the load balancer: ask from outside",
    "target_is_service": "{target} is in the cluster's service range, which no client outside reaches: ask the load balancer",
    "target_is_itself": "{target} is this machine's own address, so no packet left it: ask from another machine",
    "seen_inside": "the address that the app saw, {seen}, is in the cluster's {part}: no client outside has it, so it proves nothing",
    "in_some_pod": "you ask from a pod: if it is one of the same cluster this proves nothing; ask from outside, or give the cluster's ranges with --range",
    "on_some_node": "this machine is a node of some cluster ({sign}): if it is the target's this proves nothing; ask from outside, or give the"
    " cluster's ranges with --range",
    "in_vpc": "{local} is in the target's VPC, so this says nothing about callers outside it",
    # Node ports.
    "node_port_closed": "closed from here, as it has to be ({problem})",
    "node_port_not_known": "it is not known whether the node port is open: {problem}",
    "node_port_private": "{node} is a private address, which you cannot reach from outside whether its port is open or not: ask from where it is routed,"
    " or name the node's public address",
    "node_port_not_the_app": "something at the node port takes connections, but the application did not answer there ({problem}): it may be a firewall or"
    " proxy on your way",
    "node_port_inside": "the node port answers, but {inside}",
    "node_port_open": "the node port answers from here: whoever reaches it skips the load balancer and writes {header} himself; close it in the nodes'"
    " security group",
    # The sentence.
    "preserved": "Preserved: in all {probes} probes of {url} the application saw the client's own address {how}{claims}{answered}.",
    "preserved_one": "Preserved: in the one probe of {url} the application saw the client's own address {how}{claims}{answered}.",
    "how_peer": "as the peer of its socket ({field})",
    "how_header": "as element {hop} from the right of {header}",
    "how_conclusion": "as {field}, the application's own conclusion",
    "how_conclusion_chain": "as element {hop} from the right of {field}, the application's own conclusion",
    "claims_all": ", and forged headers change nothing ({headers} headers that name a client, {forged} forged requests)",
    "claims_some": ", and what was forged in {forged} of them changed nothing; that is not everything that a client can forge",
    "claims_none": "; nothing was forged",
    "answered_nobody": "",
    "answered_pods": " ({count} pods answered)",
    "answered_pod": " (1 pod answered)",
    "spoofable": "Not safe: a client can choose the address that the application believes ({share} of {url}): {reason}.",
    "translated": "Not preserved: the client's address was lost in {share} of {url}: {reason}.",
    "unreachable": "Cannot tell: {url} gave no answer: {reason}.",
    "unreachable_some": "Cannot tell: {share} of {url} got no answer ({reason}), although {preserved} showed the client's own address.",
    "unknown": "Cannot tell ({share} of {url}): {reason}.",
    "unresolved": "Cannot tell: {reason}.",
    "share": "{count} of {total} probes",
    "share_extra": "a request with {kind}",
    "pods_missing": "Cannot tell for every pod: all {probes} probes kept the client's address, but {seen} of {wanted} pods have answered.",
    "pods_nameless": "Cannot tell for every pod: all {probes} probes kept the client's address, but the app does not name itself.",
    "search_gave_up": "Cannot tell for every pod: all {probes} probes kept the client's address and {seen} pods have answered, but the search for others"
    " was given up; say how many there are with --pods, or give it more --timeout.",
    "pods_half_asked": "Cannot tell for every pod: all {probes} probes kept the client's address, but {count} of {seen} pods did not answer both a plain and"
    " a forged request.",
    "rollout_failed": "Every answer showed the client's own address, but requests failed.",
    "with_rollout": "{sentence} During the rollout {answered} of {requests} requests were answered, {refused} refused, {lost} lost; the longest gap was {gap} s.",
    # Notes.
    "note_loopback": "the target is on this machine (a test, or a forwarded port): this says nothing about a cluster",
    "note_ranges": "the cluster's networks are not known (--range): from one of its own nodes this would prove nothing",
    "note_again": "{again} of {count} probes were answered only when tried again",
    "note_not_kept": "the target kept no connection open, so nothing was seen over a kept one",
    "note_depth": "at most {depth} requests were sent over one connection",
    "note_hop": "the application has to take element {hop} from the right of {header}, not the last one",
    "note_passed": "forged {names} reach the application unchanged: it must not read them",
    "note_copied": "a forged {header} reaches the application as {field}: it must not read that either",
    "note_node_ports": "node ports were not tried (--node, --node-port): {header} is worth nothing if a client can reach one and skip the load balancer",
    "note_share": "the application does not name its pods: {count} probes over new connections would have found a pod that serves one request in {share} with 95 %",
    "note_conclusion": "the application itself takes {saw} for its client ({field}), not {header}",
    "note_peer_also": "{count} fields of the answer may name the client: {field} was read, not {others}",
    "note_no_way": "this machine has no way to the target's IPv{family} addresses: not asked there",
    "note_not_asked": "the name has more addresses than are asked: {addresses} were not",
    "note_echo": "the echo service did not tell your IPv{family} address: {problem}",
    "note_echo_same": "the echo service is the target itself or lies behind it ({address}), so what it says proves nothing and was not used",
    "note_echo_inside": "the echo service is inside the target's networks ({address}), so what it says proves nothing and was not used",
    "note_range_names": "the networks called {names} only tell whose an address is",
    "note_method": "requests were sent with {method} only",
    "note_few": "{probes} probes are fewer than the {shapes} kinds of requests that there are: ask for {enough} or more to send all",
    "kind_proxy_protocol_v1": "a PROXY protocol v1 line",
    "kind_proxy_protocol_v2": "a PROXY protocol v2 header",
    "kind_absolute_form": "the URL in absolute form",
    "kind_connection_header": "a Connection header that names {header}",
    # What goes on.
    "asking": "asking {url}",
    "waiting": "waiting for the target: {problem}; {left} s left",
    "looking_for_pods": "{count} pods have answered; looking for others",
    "watching": "rollout: {answered} answered, {refused} refused, {lost} lost; {left} s left",
    "ending_watch": "ending the watch; Ctrl-C again to leave without a report",
}
