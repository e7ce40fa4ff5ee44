# The C types of `carry.py`'s names, for Cython; without it that file is plain Python.
cimport cython
from stanch.detect cimport glance
from libc.string cimport memcpy, memset
from stanch.version cimport Version, unwritten

cdef Py_ssize_t BITS
cdef Py_ssize_t AHEAD
cdef Py_ssize_t BEFORE
cdef Py_ssize_t APART
cdef Py_ssize_t GUARD
cdef Py_ssize_t HEAD
cdef Py_ssize_t SMALL

cdef class Hits:
    cdef public list ends
    cdef public list triggers
    cdef public list once

cdef class Fresh:
    cdef list keys
    cdef long long first_run
    cdef Py_ssize_t at
    cdef long long offset

cdef class Collector:
    cdef list keys
    cdef long long first
    cpdef take(self, long long number, start, long long end, flags, context)

@cython.locals(
    kept=list, number=cython.Py_ssize_t, offset=cython.longlong, mask=cython.longlong, key=cython.longlong,
    end=cython.longlong, last=cython.longlong,
)
cpdef list placed(list found, list bounds, list lows, long long size, bytes once)

@cython.locals(stop=cython.Py_ssize_t, raw="const unsigned char*", size=cython.Py_ssize_t)
cdef Py_ssize_t _stop(bytes view, Py_ssize_t high)

@cython.locals(
    version=Version, regions=list, place=cython.Py_ssize_t, size=cython.Py_ssize_t, low=cython.Py_ssize_t,
    high=cython.Py_ssize_t, made=bytes, into="unsigned char*", at=cython.Py_ssize_t, view=bytes,
    raw="const unsigned char*", length=cython.Py_ssize_t,
)
cpdef bytes gathered(list versions)

@cython.locals(
    members="const unsigned char*", raw="const unsigned char*", high=cython.Py_ssize_t, place=cython.Py_ssize_t,
    before=cython.Py_ssize_t, known=cython.Py_ssize_t, at=cython.Py_ssize_t, end=cython.Py_ssize_t,
)
cdef tuple _next_run(bytes data, Py_ssize_t low, Py_ssize_t length)

cpdef list windows(bytes data, Py_ssize_t length)

@cython.locals(
    table=bytes, members="const unsigned char*", raw="const unsigned char*", place=cython.Py_ssize_t,
    start=cython.Py_ssize_t, end=cython.Py_ssize_t, floor=cython.Py_ssize_t, marks=bytes,
)
cpdef bint run(bytes data, Py_ssize_t low, Py_ssize_t high, Py_ssize_t length, Py_ssize_t most, bint plain)

@cython.locals(found=list, stop=cython.Py_ssize_t)
cpdef list lines(bytes data, Py_ssize_t low, Py_ssize_t high, Py_ssize_t length, Py_ssize_t most, bint plain)

@cython.locals(
    ends=list, triggers=list, single=list, regions=list, zones=list, keys=list, at=cython.Py_ssize_t,
    offset=cython.longlong, waiting=cython.Py_ssize_t, size=cython.longlong, lost=cython.bint, mixed=cython.bint, pairs=list, guards=cython.Py_ssize_t, count=cython.Py_ssize_t,
    old_ends=list, old_triggers=list, known=list, place=cython.Py_ssize_t, piece=cython.Py_ssize_t,
    moved=cython.longlong, last=cython.longlong, low=cython.Py_ssize_t, end=cython.longlong,
    trigger=cython.Py_ssize_t, begin=cython.longlong, core=cython.longlong, high=cython.longlong,
    behind=cython.longlong, soft=cython.longlong, key=cython.longlong, bits=cython.int, mask=cython.longlong,
)
cpdef Hits follow(Version version, Hits before, Fresh fresh, bytes once, list far)

@cython.locals(place=cython.Py_ssize_t)
cdef bint _reached(long long end, long long reach, list regions)

@cython.locals(
    version=Version, base=Version, regions=list, data=bytes, size=cython.Py_ssize_t, place=cython.Py_ssize_t,
    plain=cython.bint, found=list, marks="const unsigned char*",
)
cpdef list texts(list versions, bytes first, container, bint zeros=*)

@cython.locals(
    version=Version, base=Version, before=Hits, hits=Hits, trigger=cython.Py_ssize_t, near=list, passed=cython.longlong,
)
cpdef long long settle(
    list versions, Fresh fresh, bytes once, list far, concern, judge, bint always
) except -1

@cython.locals(
    before=list, after=list, look=list, runs=list, most=list, plain=list, kinds=list, lines_of=list, known=dict,
    widest=cython.longlong, found=list, count=cython.Py_ssize_t, open_low=cython.longlong,
    open_high=cython.longlong, near=list, marks=bytearray, hopes=bytearray, hope=cython.int, possible=cython.int,
    hopeless=cython.int, numbers=list, runs_at=list, context=cython.longlong, after_it=cython.longlong,
    seam=cython.longlong, encoded=cython.longlong, any_joined=cython.bint, place=cython.Py_ssize_t,
    core=cython.longlong, limit=cython.longlong, left=cython.longlong, right=cython.longlong, here=list,
    first=cython.Py_ssize_t, last=cython.Py_ssize_t, joined=cython.longlong, in_layer=cython.bint,
    low=cython.Py_ssize_t, end=cython.longlong, trigger=cython.Py_ssize_t, number=cython.Py_ssize_t,
    kind=cython.longlong, earliest=cython.longlong, latest=cython.longlong, spare=cython.longlong,
)
cpdef list concerned(bytes data, list ends, list triggers, list regions, concern)
