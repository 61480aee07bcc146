"""What the crawling process itself takes. Imported in that process only."""

import resource
from pathlib import Path

from scrapy.extensions.memusage import MemoryUsage  # noqa: TID253

_NOW = Path("/proc/self/statm")


class OwnMemory(MemoryUsage):
    """Scrapy's limit on memory, held against what is resident now.

    The peak that Scrapy asks for begins, on Linux, with that of the process that started the crawl:
    one that has just trained a model would leave its crawls no memory at all.
    """

    def get_virtual_size(self) -> int:
        """Return the resident bytes."""
        if not _NOW.exists():  # not Linux
            return super().get_virtual_size()
        return int(_NOW.read_text().split()[1]) * resource.getpagesize()
