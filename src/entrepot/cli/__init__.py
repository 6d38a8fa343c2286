"""The command line, on a local exchange or through the client."""

__all__ = ["main"]


def main() -> None:
    """Entry point of the ``entrepot`` command."""
    from entrepot.cli.main import main as run

    run()
