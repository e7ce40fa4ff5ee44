# The C types of `trees.py`'s names, for Cython; without it that file is plain Python.
cimport cython
from libc.string cimport memcpy
from stanch.sources.git.pack.table cimport Table
from stanch.version cimport unwritten

cdef class Version:
    cdef readonly Py_ssize_t number
    cdef public bytes text
    cdef readonly Py_ssize_t size
    cdef public bint odd
    cdef Py_ssize_t count
    cdef int[::1] marks

cdef class Reader:
    cdef list tables
    cdef Py_ssize_t width
    cdef public dict names
    cdef public dict missing
    cdef long long[::1] _lows
    cdef long long[::1] _highs
    cdef long long[::1] _shifts
    cdef int[::1] _begins
    cdef int[::1] _nothing
    cdef int[::1] _out
    cdef Py_ssize_t _told
    cdef Py_ssize_t _written
    cdef int[::1] _keeping
    cdef Py_ssize_t _kept
    cdef int[::1] _new
    cdef Py_ssize_t _added
    cdef bytes _text
    cdef long long _child
    cdef Py_ssize_t _name
    cdef Py_ssize_t _stop

    cpdef Version whole(self, Py_ssize_t number, bytes text)

    @cython.locals(count=cython.Py_ssize_t, text=bytes)
    cpdef Version change(self, Version base, bytes delta, Py_ssize_t number)

    cdef _strange(self, Version version)

    @cython.locals(
        raw="const unsigned char[::1]", view="const unsigned char*", made=bytes, into="unsigned char*",
        end=cython.Py_ssize_t, at=cython.Py_ssize_t, source_size=cython.longlong, size=cython.longlong,
        byte=cython.longlong, bit=cython.int, op=cython.int, start=cython.longlong, length=cython.longlong,
        done=cython.longlong, count=cython.Py_ssize_t, lows="long long[::1]", highs="long long[::1]",
        shifts="long long[::1]",
    )
    cdef tuple _made(self, bytes base, bytes delta)

    cdef _more(self)

    cpdef bytes records(self)

    @cython.locals(
        text="const unsigned char[::1]", size=cython.Py_ssize_t, before="int[::1]", begins="int[::1]",
        last=cython.Py_ssize_t, place=cython.Py_ssize_t, end=cython.Py_ssize_t, gone=cython.Py_ssize_t,
        at=cython.Py_ssize_t, count=cython.Py_ssize_t, stretch=cython.Py_ssize_t, passed=cython.Py_ssize_t,
        first=cython.Py_ssize_t, after=cython.Py_ssize_t, shift=cython.longlong, number=cython.Py_ssize_t,
        into="int[::1]",
    )
    cdef _entries(self, Version version, Version base, Py_ssize_t stretches)

    cdef _write(self, long long number)

    cdef _keep(self, Py_ssize_t number, Py_ssize_t name, Py_ssize_t child)

    cdef _add(self)

    @cython.locals(
        size=cython.Py_ssize_t, mode=cython.longlong, begin=cython.Py_ssize_t, end=cython.Py_ssize_t, kind=cython.longlong,
        tree=cython.bint, found=cython.bint, wanted=cython.bint, table=Table, place=cython.Py_ssize_t, name=bytes,
    )
    cdef bint _entry(self, const unsigned char[::1] text, Py_ssize_t at) except -1

    cdef Py_ssize_t _known(self, dict known, bytes name) except -1

@cython.locals(middle=cython.Py_ssize_t)
cdef Py_ssize_t _place(int[::1] begins, Py_ssize_t low, Py_ssize_t high, long long wanted)

@cython.locals(size=cython.Py_ssize_t, mode=cython.longlong, first=cython.bint, second=cython.bint, left=cython.int, right=cython.int)
cdef _compare(const unsigned char[::1] text, Py_ssize_t one, Py_ssize_t other)
