"""Settings of one exchange."""

from entrepot.config.settings import PREFIX, Settings, load

__all__ = ["PREFIX", "Settings", "load"]
