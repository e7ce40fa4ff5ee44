# The C types of `table.py`'s names, for Cython; without it that file is plain Python.
cimport cython

cdef class Table:
    cdef const unsigned char[::1] names
    cdef readonly Py_ssize_t width
    cdef readonly Py_ssize_t first
    cdef readonly Py_ssize_t count
    cdef unsigned char[::1] marks
    cdef int[::1] fan

    @cython.locals(raw="const unsigned char[::1]", fan="int[::1]", number=cython.Py_ssize_t, at=cython.Py_ssize_t)
    cpdef index(self)

    @cython.locals(place=cython.Py_ssize_t)
    cpdef mark(self, bytes name, unsigned char mark)

    @cython.locals(place=cython.Py_ssize_t)
    cpdef Py_ssize_t number(self, bytes name)

    @cython.locals(
        have="const unsigned char[::1]", width=cython.Py_ssize_t, slot=cython.int, low=cython.Py_ssize_t,
        high=cython.Py_ssize_t, middle=cython.Py_ssize_t, place=cython.Py_ssize_t, byte=cython.Py_ssize_t, first=cython.bint,
    )
    cpdef Py_ssize_t find(self, const unsigned char[::1] text, Py_ssize_t at)
