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
    follower=Follower,
)
cpdef long long settle(
    list versions, gather.Fresh fresh, bytes once, list far, concern.Concern about, judge, bint always
) except -1

@cython.final
cdef class Follower:
    cdef gather.Fresh fresh
    cdef bytes once
    cdef list far
    cdef list ends
    cdef list triggers
    cdef list single
    cdef bint mixed
    cdef set guards
    cdef bint reached

    @cython.locals(
        regions=list, zones=list, place=cython.Py_ssize_t, piece=cython.Py_ssize_t, soft=cython.longlong, pairs=list,
    )
    cpdef Hits follow(self, Version version, Hits before)

    @cython.locals(
        ends=list, triggers=list, far=list, first_run=cython.longlong, moved=cython.longlong, last=cython.longlong,
        low=cython.Py_ssize_t, end=cython.longlong, trigger=cython.Py_ssize_t,
    )
    cdef _keep(self, Version version, Hits before, Py_ssize_t place, long long soft)

    @cython.locals(
        fresh=gather.Fresh, keys=list, at=cython.Py_ssize_t, first_run=cython.longlong, far=list, bits=cython.int,
        mask=cython.longlong, size=cython.longlong, begin=cython.longlong, core=cython.longlong, high=cython.longlong,
        offset=cython.longlong, behind=cython.longlong, key=cython.longlong, end=cython.longlong,
        trigger=cython.Py_ssize_t,
    )
    cdef _take(self, Version version, Py_ssize_t piece, long long soft)

    cdef bint _add(self, long long end, Py_ssize_t trigger)

    @cython.locals(trigger=cython.Py_ssize_t, guards=cython.Py_ssize_t)
    cdef bint _lacks(self, Hits before)

@cython.locals(soft=cython.longlong)
cdef long long _soft(bytes data, long long core)

@cython.locals(place=cython.Py_ssize_t)
cdef bint _reached(long long end, long long reach, list regions)
