"""Who may reach the API server: rules that look at more than one setting."""

from collections.abc import Iterator

from realip import rules
from realip.escapes import SECRET
from realip.problems import MISSING, Problem
from realip.settings.models import Settings

__all__ = ["access_problems"]


def access_problems(settings: Settings) -> Iterator[Problem]:
    """Who may reach the API server is always said, and the whole internet only on purpose."""
    access = settings.access
    if access.kubeconfig is not None:
        message = "is for an existing cluster; name that in cluster.id, or remove it"
        yield Problem("access.kubeconfig", SECRET, message, ("cluster.id",))
    if access.endpoint == "intranet":
        if access.admin_cidrs:
            message = "are for the public endpoint; remove them, or set access.endpoint to public"
            yield Problem("access.adminCidrs", list(access.admin_cidrs), message, ("access.endpoint",))
        return
    if not access.admin_cidrs:
        message = "is missing; say who may reach the API server, such as your own address: 'pulumi config set --path \"access.adminCidrs[0]\" <address>/32'"
        yield Problem("access.adminCidrs", MISSING, message, ("access.endpoint",))
    networks = [cidr for cidr in access.admin_cidrs if cidr not in rules.EVERYONE]
    if not access.allow_everyone and rules.whole_internet(networks):
        message = (
            "are as good as the whole internet together: a 64th of it or more, four /8 networks of IPv4, is nobody's own; "
            "name your own network, or set access.allowEveryone to true if you mean it"
        )
        yield Problem("access.adminCidrs", list(access.admin_cidrs), message, ("access.allowEveryone",))
    for index, cidr in enumerate(access.admin_cidrs):
        if cidr in rules.EVERYONE and not access.allow_everyone:
            message = "opens the API server to the whole internet; name your own network, or set access.allowEveryone to true if you mean it"
            yield Problem(f"access.adminCidrs[{index}]", cidr, message, ("access.allowEveryone",))
