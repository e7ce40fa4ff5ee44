# The C types of `gather.py`'s names, for Cython; without it that file is plain Python.
cimport cython
from libc.string cimport memcpy, memset
from stanch.version cimport Version, unwritten

cdef Py_ssize_t BITS
cdef Py_ssize_t AHEAD
cdef Py_ssize_t BEFORE
cdef Py_ssize_t APART
cdef Py_ssize_t HEAD
cdef Py_ssize_t SMALL

cdef class Collector:
    cdef list keys
    cdef long long first
    cpdef take(self, long long number, start, long long end, flags, context)

cdef class Fresh:
    cdef list keys
    cdef long long first_run
    cdef Py_ssize_t at
    cdef long long offset

@cython.locals(
    version=Version, base=Version, regions=list, data=bytes, size=cython.Py_ssize_t, place=cython.Py_ssize_t,
    plain=cython.bint, found=list, marks="const unsigned char*",
)
cpdef list texts(list versions, bytes first, container, bint zeros=*)

@cython.locals(stop=cython.Py_ssize_t, raw="const unsigned char*", size=cython.Py_ssize_t)
cdef Py_ssize_t stretch_end(bytes view, Py_ssize_t high)

@cython.locals(
    version=Version, regions=list, place=cython.Py_ssize_t, size=cython.Py_ssize_t, low=cython.Py_ssize_t,
    high=cython.Py_ssize_t, made=bytes, into="unsigned char*", at=cython.Py_ssize_t, view=bytes,
    raw="const unsigned char*", length=cython.Py_ssize_t,
)
cpdef bytes gathered(list versions)

cpdef list windows(bytes data, Py_ssize_t length)

@cython.locals(
    members="const unsigned char*", raw="const unsigned char*", high=cython.Py_ssize_t, place=cython.Py_ssize_t,
    before=cython.Py_ssize_t, known=cython.Py_ssize_t, at=cython.Py_ssize_t, end=cython.Py_ssize_t,
)
cdef tuple _next_run(bytes data, Py_ssize_t low, Py_ssize_t length)

@cython.locals(
    kept=list, number=cython.Py_ssize_t, offset=cython.longlong, mask=cython.longlong, key=cython.longlong,
    end=cython.longlong, last=cython.longlong,
)
cpdef list placed(list found, list bounds, list lows, long long size, bytes once)
