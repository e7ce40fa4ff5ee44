# The C types of `commits.py`'s names, for Cython; without it that file is plain Python.
cimport cython
from stanch.sources.git.pack.table cimport Table

@cython.locals(
    raw="const unsigned char[::1]", end=cython.Py_ssize_t, at=cython.Py_ssize_t, high=cython.int, low=cython.int,
    stop=cython.Py_ssize_t, place=cython.Py_ssize_t, first=cython.Py_ssize_t, seconds="unsigned long long",
    links=bytearray, word=bytes,
)
cpdef tuple header(bytes data, Py_ssize_t width)

@cython.locals(number=cython.Py_ssize_t)
cdef bint _begins(const unsigned char[::1] raw, Py_ssize_t at, bytes word)

cdef Py_ssize_t _line(const unsigned char[::1] raw, Py_ssize_t at)

cdef int _digit(int byte)

@cython.locals(
    count=cython.Py_ssize_t, number=cython.Py_ssize_t, at=cython.Py_ssize_t, row=cython.Py_ssize_t,
    done=cython.Py_ssize_t, first="int[::1]", into="int[::1]",
)
cpdef tuple link(
    const int[::1] rows, const int[::1] ends, const unsigned char[::1] parents, Py_ssize_t width, Table table,
)

@cython.locals(place=cython.Py_ssize_t, into="int[::1]")
cpdef places(const int[::1] ranks)

@cython.locals(
    count=cython.Py_ssize_t, number=cython.Py_ssize_t, at=cython.Py_ssize_t, size=cython.Py_ssize_t,
    done=cython.Py_ssize_t, child=cython.Py_ssize_t, left="int[::1]", first="int[::1]", down="int[::1]",
    ready="int[::1]", into="int[::1]",
)
cpdef order(const int[::1] begins, const int[::1] parents, const unsigned long long[::1] seconds)

cdef bint _before(Py_ssize_t one, Py_ssize_t other, const unsigned long long[::1] seconds)

@cython.locals(above=cython.Py_ssize_t)
cdef _up(int[::1] ready, Py_ssize_t place, const unsigned long long[::1] seconds)

@cython.locals(place=cython.Py_ssize_t, least=cython.Py_ssize_t)
cdef _down(int[::1] ready, Py_ssize_t size, const unsigned long long[::1] seconds)

@cython.locals(place=cython.Py_ssize_t, number=cython.Py_ssize_t, at=cython.Py_ssize_t, mask="unsigned long long")
cpdef hand_down(
    const int[::1] ranks, const int[::1] begins, const int[::1] parents, unsigned long long[::1] masks,
)
