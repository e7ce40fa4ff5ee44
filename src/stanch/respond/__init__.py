"""What to do about a leak. Knows the catalog and findings; asks nobody and changes nothing.

`playbook` tells what to do about one credential type. A further answer to a leak is a module of its own.
"""
