"""Manifests: read from YAML strictly, described by a JSON schema, begun from a template."""

from entrepot.catalogue.manifest.load import MAX_BYTES, load_manifest
from entrepot.catalogue.manifest.schema import manifest_schema
from entrepot.catalogue.manifest.template import template

__all__ = ["MAX_BYTES", "load_manifest", "manifest_schema", "template"]
