"""What the package says of itself that stands in `realip/__init__.py`: its addresses."""

import runpy
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class Addresses(MetadataHookInterface):
    """The project's addresses, from the one that it has, or none."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add `urls` to the metadata; hatchling calls this, and `root` is the project's folder."""
        homepage = runpy.run_path(str(Path(self.root) / "realip" / "__init__.py"))["__homepage__"]
        named = {"Documentation": f"{homepage}#readme", "Changelog": f"{homepage}/blob/main/CHANGELOG.md"}
        metadata["urls"] = {"Homepage": homepage, **named} if homepage else {}
