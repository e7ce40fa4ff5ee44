"""Tests of the kinds of container."""
