"""What a table tells about persons, found by checksum, format and heading."""

from entrepot.privacy.assess import assess
from entrepot.privacy.model import Assessment, Category, ColumnFinding, Evidence, Kind

__all__ = ["Assessment", "Category", "ColumnFinding", "Evidence", "Kind", "assess"]
