# The C types of `carry.py`'s names, for Cython; without it that file is plain Python.
cimport cython
from stanch.detect cimport concern, gather, glance
from stanch.version cimport Version

cdef Py_ssize_t GUARD

cdef class Hits:
    cdef public list ends
    cdef public list triggers
    cdef public list once

@cython.locals(
    version=Version, base=Version, before=Hits, hits=Hits, trigger=cython.Py_ssize_t, near=list, passed=cython.longlong,
)
cpdef long long settle(
    list versions, gather.Fresh fresh, bytes once, list far, about, judge, bint always
) except -1

@cython.locals(
    ends=list, triggers=list, single=list, regions=list, zones=list, keys=list, at=cython.Py_ssize_t,
    offset=cython.longlong, waiting=cython.Py_ssize_t, size=cython.longlong, lost=cython.bint, mixed=cython.bint, pairs=list, guards=cython.Py_ssize_t, count=cython.Py_ssize_t,
    old_ends=list, old_triggers=list, known=list, place=cython.Py_ssize_t, piece=cython.Py_ssize_t,
    moved=cython.longlong, last=cython.longlong, low=cython.Py_ssize_t, end=cython.longlong,
    trigger=cython.Py_ssize_t, begin=cython.longlong, core=cython.longlong, high=cython.longlong,
    behind=cython.longlong, soft=cython.longlong, key=cython.longlong, bits=cython.int, mask=cython.longlong,
)
cpdef Hits follow(Version version, Hits before, gather.Fresh fresh, bytes once, list far)

@cython.locals(place=cython.Py_ssize_t)
cdef bint _reached(long long end, long long reach, list regions)
