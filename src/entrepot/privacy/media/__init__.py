"""What the metadata of pictures and sound recordings tells about persons; their content is declared, not looked at."""

from entrepot.privacy.media.look import look_at_media
from entrepot.privacy.media.model import Content, Field, Media

__all__ = ["Content", "Field", "Media", "look_at_media"]
