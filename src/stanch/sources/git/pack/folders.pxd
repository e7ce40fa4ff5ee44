# The C types of `folders.py`'s names, for Cython; without it that file is plain Python.
cimport cython
from stanch.sources.git.pack cimport inner, walk
from stanch.sources.git.pack.trees cimport Reader, Version

@cython.locals(
    failed=list, path=list, held=cython.longlong, number=cython.Py_ssize_t, content=bytes, version=Version,
    left=cython.Py_ssize_t, parent=cython.Py_ssize_t, base=Version, above=Version,
    child="long long[:]", sibling="long long[:]",
)
cpdef list follow(pack, roots, Reader reader, Py_ssize_t first)

@cython.locals(at=cython.Py_ssize_t, text=bytes, number=cython.Py_ssize_t)
cdef bytes _rebuilt(pack, list path)
