"""What of the machine's own network a lab could have touched."""

import subprocess

COMMANDS = (
    ("ip", "-details", "address"),
    ("ip", "route", "show", "table", "all"),
    ("ip", "-6", "route", "show", "table", "all"),
    ("ip", "rule"),
    ("iptables-save",),
    ("ip6tables-save",),
    ("sysctl", "-a", "--pattern", r"^net\."),
)
# They count or adapt by themselves.
RESTLESS = ("nf_conntrack_count", "tcp_fastopen_key", "flush", "valid_lft")


def _steady(line: str) -> str:
    if line.startswith("#") or any(word in line for word in RESTLESS):
        return ""
    # iptables-save writes its counters behind the chain's policy.
    return line.split(" [", maxsplit=1)[0] if line.startswith(":") else line


def snapshot() -> dict[str, list[str]]:
    """Addresses, routes, rules, firewall and network settings of the machine itself."""
    found = {}
    for command in COMMANDS:
        text = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        found[" ".join(command)] = [line for line in map(_steady, text.splitlines()) if line]
    return found


def namespaces() -> list[str]:
    """The lab's namespaces."""
    text = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
    return [line.split()[0] for line in text.splitlines() if line.startswith("realip-")]


def programs() -> list[str]:
    """Command lines of the lab's programs that run."""
    text = subprocess.run(["ps", "-ewwo", "args"], capture_output=True, text=True, check=True).stdout
    words = ("/run/realip-lab/", "lab/rig/echo.py", "lab.rig.agent")
    return [line for line in text.splitlines() if any(word in line for word in words)]
