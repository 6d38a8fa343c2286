"""The pages, in English and Chinese: whatever an organisation does here, it can do in a browser."""

from entrepot.web.routes import PAGES, add_pages

__all__ = ["PAGES", "add_pages"]
