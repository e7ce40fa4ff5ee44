"""Bytes in, matches out: patterns, decoding, context, analysis and identity. Knows no source and no network.

`Engine.scan` is the way in. A new offline check belongs to `stanch.catalog.checks`, a new decoding is a
function and a trigger in `decode`, a new reason to reject a value a function in `reasons`.
"""

from stanch.detect.engine import Engine, Result

__all__ = ["Engine", "Result"]
