"""Where bytes come from: files and folders, git repositories, remote addresses. Knows no detector.

A new source is one module that yields what to read, and records in a `Coverage` what it could not.
"""
