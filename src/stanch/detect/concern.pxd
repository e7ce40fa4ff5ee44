# The C types of `concern.py`'s names, for Cython; without it that file is plain Python.
cimport cython
from stanch.detect cimport glance

cdef class Concern:
    cdef readonly list before
    cdef readonly list after
    cdef readonly long long widest
    cdef readonly list look
    cdef readonly list runs
    cdef readonly list most
    cdef readonly list plain
    cdef readonly bytes kinds
    cdef readonly list lines
    cdef readonly dict known

@cython.locals(
    looker=_Looker, encoded=list, place=cython.Py_ssize_t, core=cython.longlong, limit=cython.longlong,
    left=cython.longlong, right=cython.longlong, here=list, number=cython.Py_ssize_t, first=cython.Py_ssize_t,
    last=cython.Py_ssize_t, earliest=cython.longlong, latest=cython.longlong,
)
cpdef list concerned(bytes data, list ends, list triggers, list regions, Concern concern)

@cython.final
cdef class _Looker:
    cdef bytes data
    cdef list ends
    cdef list triggers
    cdef Concern concern
    cdef list found
    cdef bytearray states
    cdef list encoded
    cdef list joined
    cdef list runs_at

    @cython.locals(
        kinds=bytes, triggers=list, encoded=cython.int, joined=cython.int, number=cython.Py_ssize_t, kind=cython.int,
    )
    cdef sort(self)

    @cython.locals(
        here=list, ends=list, triggers=list, before=list, after=list, widest=cython.longlong, kinds=bytes,
        encoded=cython.int, joined=cython.int, in_layer=cython.bint, number=cython.Py_ssize_t, end=cython.longlong,
        trigger=cython.Py_ssize_t, kind=cython.int,
    )
    cdef list reached(self, long long core, long long limit)

    @cython.locals(number=cython.Py_ssize_t, end=cython.longlong)
    cdef bint in_layer(self, long long core, long long limit)

    @cython.locals(state=cython.int)
    cdef bint hopeful(self, Py_ssize_t number)

    @cython.locals(
        concern=Concern, data=bytes, end=cython.longlong, trigger=cython.Py_ssize_t, joined=cython.int,
        least=cython.Py_ssize_t, low=cython.longlong, high=cython.longlong, rules=tuple,
    )
    cdef bint look(self, Py_ssize_t number)

    @cython.locals(near=list, found=list, low=cython.longlong, high=cython.longlong, number=cython.Py_ssize_t)
    cdef put(self, long long left, long long right, list here)

@cython.locals(
    table=bytes, members="const unsigned char*", raw="const unsigned char*", place=cython.Py_ssize_t,
    start=cython.Py_ssize_t, end=cython.Py_ssize_t, floor=cython.Py_ssize_t, marks=bytes,
)
cpdef bint run(bytes data, Py_ssize_t low, Py_ssize_t high, Py_ssize_t length, Py_ssize_t most, bint plain)

@cython.locals(found=list, stop=cython.Py_ssize_t)
cpdef list lines(bytes data, Py_ssize_t low, Py_ssize_t high, Py_ssize_t length, Py_ssize_t most, bint plain)
