# The C types of `walk.py`'s names, for Cython; without it that file is plain Python.
cimport cython
from stanch.sources.git.pack cimport inner
from stanch.version cimport Version

cdef class Walk:
    cdef object pack
    cdef object failed
    cdef long long margin
    cdef long long reach
    cdef long long[:] child
    cdef long long[:] sibling
    cdef list roots
    cdef list path
    cdef list coming
    cdef list done
    cdef public long long held

    @cython.locals(found=list, size=cython.longlong, version=Version)
    cpdef list batch(self)

    @cython.locals(number=cython.Py_ssize_t, last=cython.Py_ssize_t, base=Version, version=Version)
    cdef Version _next(self)

    @cython.locals(version=Version, number=cython.Py_ssize_t)
    cdef _let_go(self)

    @cython.locals(content=bytes, data=bytes, regions=list, zones=list, version=Version)
    cdef Version _made(self, Py_ssize_t number, Version base)

    @cython.locals(chain=list, base=Version, one=Version, data=bytes, content=bytes)
    cdef bytes _rebuilt(self, Version version)

@cython.locals(size=cython.longlong, content=bytes)
cpdef bytes inflate(pack, Py_ssize_t number)

cpdef long long result_size(bytes delta) except -1
