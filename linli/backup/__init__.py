"""A copy of an installation in one file, made while it runs, and an installation from such a copy.

The file is a zip of the databases, of the secrets and of a manifest that says what each of them must be.
"""

from linli.backup.manifest import Manifest, Part
from linli.backup.restoring import Restored, restore
from linli.backup.taking import backup

__all__ = ["Manifest", "Part", "Restored", "backup", "restore"]
