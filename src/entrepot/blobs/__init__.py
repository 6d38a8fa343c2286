"""Objects in a folder or an S3-compatible bucket."""

from entrepot.blobs.store import CHUNK, Blob, BlobStore, copy_stream, open_blobs

__all__ = ["CHUNK", "Blob", "BlobStore", "copy_stream", "open_blobs"]
