"""Asks issuers whether a credential is still live, with calls that change nothing. The only part that sends secrets.

The catalog says which call; to add one, write a `[type.verify]` table in the provider's file. `run` goes through
credentials, `requests` makes what is sent, `address` decides where it may go, `wire` sends it at a `pace`, and
`judge` says what the answer means. docs/verify.md says what is guaranteed.
"""

from stanch.verify.options import Limits, Options
from stanch.verify.run import Credential, Verifier

__all__ = ["Credential", "Limits", "Options", "Verifier"]
