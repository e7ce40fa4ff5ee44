"""The playbook of one credential type or of one finding: everything to do about a leak, in the order of need.

Nothing is made up. What holds for many types is advice, written once in `advice.toml` with the condition under which it
holds (`traits`); what is known of one type are the catalog's facts with their sources (`facts`), and what is known of
one finding is its `case`. `advice.build` makes a `guide` of them; `text`, `markdown`, `page` and `data` write it. To
add advice is to add a line to `advice.toml`; to add a fact, a line to the provider's file in the catalog.
"""

from stanch.respond.playbook.advice import build
from stanch.respond.playbook.guide import Guide

__all__ = ["Guide", "build"]
