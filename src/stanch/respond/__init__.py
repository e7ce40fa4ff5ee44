"""What to do about a leak. Knows the catalog and findings.

`playbook` tells what to do about one credential type, and asks nobody. `stores` keeps values where they belong. A
further answer to a leak is a module of its own.
"""
