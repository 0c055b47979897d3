"""Tags of Tencent Cloud's resources, as every component that takes some takes them."""

from realip import tag_rules
from realip.components._arguments import Entries

__all__ = ["TAGS"]

TAGS = Entries(tag_rules.tag_key, tag_rules.tag_value, most=tag_rules.MAX_TAGS)
