"""Runs in the official client's own environment: reads every table of a share as pandas and keeps what it saw."""

import sys
from pathlib import Path


def main() -> None:
    """Arguments: profile file, folder for what was read, response format (``parquet`` or ``delta``)."""
    import delta_sharing

    profile, folder, form = sys.argv[1:]
    client = delta_sharing.SharingClient(profile)
    for table in client.list_all_tables():
        frame = delta_sharing.load_as_pandas(f"{profile}#{table.share}.{table.schema}.{table.name}", use_delta_format=form == "delta")
        frame.to_parquet(Path(folder) / f"{table.name}.parquet", index=False)
    (Path(folder) / "version").write_text(delta_sharing.__version__)


if __name__ == "__main__":
    main()
