"""What a table tells about persons, found by checksum, format and heading."""

from entrepot.privacy.assess import assess
from entrepot.privacy.model import Alert, Assessment, Category, ColumnFinding, Evidence, Kind

__all__ = ["Alert", "Assessment", "Category", "ColumnFinding", "Evidence", "Kind", "assess"]
