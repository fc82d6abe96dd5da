"""Names that Python 3.10 removed and that loaders of 2021 still ask for: they run unchanged with this folder on PYTHONPATH."""
import collections
import collections.abc

collections.MutableMapping = collections.abc.MutableMapping
