"""Git repositories through git's own plumbing: every object once, and afterwards what history knows of it.

`command` runs git safely, `objects` reads contents, `history` answers who, when and where for the few
objects that had a finding.
"""
