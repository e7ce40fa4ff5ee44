# The C types of `holdings.py`'s names, for Cython; without it that file is plain Python.
cimport cython
from stanch.sources.git.pack.table cimport Table

cdef class Holdings:
    cdef int[::1] held
    cdef int[::1] _pool
    cdef int[::1] _begins
    cdef unsigned char[::1] _tainted
    cdef int[::1] _slots
    cdef int _count
    cdef int[::1] _scratch
    cdef Py_ssize_t _left

    cpdef put(self, Py_ssize_t number, int holding)

    @cython.locals(
        count=cython.Py_ssize_t, number=cython.Py_ssize_t, place=cython.Py_ssize_t, table=Table, into="int[::1]",
    )
    cpdef of(self, list tables, const unsigned char[::1] names, Py_ssize_t width)

    cpdef bint doubtful(self, Py_ssize_t holding)

    @cython.locals(at=cython.Py_ssize_t, end=cython.Py_ssize_t)
    cpdef begin(self, const int[::1] records)

    @cython.locals(
        at=cython.Py_ssize_t, end=cython.Py_ssize_t, tree=cython.Py_ssize_t, base=cython.Py_ssize_t,
        gone=cython.Py_ssize_t, added=cython.Py_ssize_t, before=cython.int, holding=cython.int, changed=cython.bint,
    )
    cpdef bint join(self, const int[::1] records, const int[::1] names, const int[::1] missing) except -1

    @cython.locals(
        place=cython.Py_ssize_t, last=cython.Py_ssize_t, stop=cython.Py_ssize_t, size=cython.Py_ssize_t,
        differs=cython.bint, name=cython.int, value=cython.int, here=cython.int, at=cython.Py_ssize_t,
    )
    cdef int _changed(
        self, const int[::1] records, int before, Py_ssize_t gone, Py_ssize_t added, Py_ssize_t end,
        const int[::1] names, const int[::1] missing,
    ) except -2

    cdef int _child(self, int name, Py_ssize_t child, const int[::1] missing) except? -9

    cdef _append(self, Py_ssize_t size, int name, int value)

    @cython.locals(
        slots=cython.Py_ssize_t, value="unsigned long long", number=cython.Py_ssize_t, slot=cython.Py_ssize_t,
        other=cython.Py_ssize_t, start=cython.Py_ssize_t,
    )
    cdef int _shared(self, Py_ssize_t size) except -2

    @cython.locals(
        number=cython.Py_ssize_t, start=cython.Py_ssize_t, tainted=cython.int, at=cython.Py_ssize_t, value=cython.int,
    )
    cdef int _new(self, Py_ssize_t size, Py_ssize_t slot) except -2

    @cython.locals(
        old="int[::1]", slots=cython.Py_ssize_t, place=cython.Py_ssize_t, number=cython.Py_ssize_t,
        start=cython.Py_ssize_t, size=cython.Py_ssize_t, value="unsigned long long", at=cython.Py_ssize_t,
        slot=cython.Py_ssize_t,
    )
    cdef _grow(self)

    @cython.locals(found=list)
    cpdef list brought(self, int holding, list others, list names, Py_ssize_t most)

    @cython.locals(
        place=cython.Py_ssize_t, name=cython.int, value=cython.int, deeper=list, same=cython.bint, one=cython.int,
        other=cython.int,
    )
    cdef _bring(self, Py_ssize_t holding, list others, list names, bytes prefix, list found, int depth)

    @cython.locals(low=cython.Py_ssize_t, high=cython.Py_ssize_t, middle=cython.Py_ssize_t)
    cdef int _at(self, Py_ssize_t holding, int name) except? -9

    @cython.locals(
        found=list, number=cython.Py_ssize_t, root=cython.int, doubt=cython.bint, same=cython.bint,
        at=cython.Py_ssize_t, other=cython.int,
    )
    cpdef list differing(self, const int[::1] roots, const int[::1] begins, const int[::1] parents)
