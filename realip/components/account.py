"""The account's type, which some scenarios depend on, asked of Tencent Cloud."""

import tencentcloud_iac_pulumi as tencentcloud

__all__ = ["AccountUnknown", "account_type"]


class AccountUnknown(Exception):
    """Tencent Cloud did not say."""


def account_type() -> str:
    """`STANDARD` or `LEGACY` (provider data source eip_network_account_type); AccountUnknown where no answer comes.

    One read call, with the credentials of the default provider.
    """
    try:
        answer = tencentcloud.eip.get_network_account_type().network_account_type
    except Exception as error:
        raise AccountUnknown(str(error)) from error
    if not answer:
        raise AccountUnknown("the answer is empty")
    return str(answer)
