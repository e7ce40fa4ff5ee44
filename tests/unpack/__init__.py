"""Tests of opening containers."""
