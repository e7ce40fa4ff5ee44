"""Git repositories through git's own plumbing: every object once, and afterwards what history knows of it.

`command` runs git safely, `objects` lists and reads what the object store holds, `rescue` what git itself gives up.
`history` answers who, when and where for the few objects that had a finding; `refs` and `headers` tell what leads to
them and who made them.
"""
