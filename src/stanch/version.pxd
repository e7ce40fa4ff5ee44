# The C types of `version.py`'s names, for Cython; without it that file is plain Python.

cdef extern from *:
    """
    static inline PyObject *stanch_unwritten(Py_ssize_t size) { return PyBytes_FromStringAndSize(NULL, size); }
    """
    # Bytes with nothing in them yet, to be written before anybody sees them.
    bytes unwritten "stanch_unwritten"(Py_ssize_t size)

cdef class Version:
    cdef public Py_ssize_t number
    cdef public Version base
    cdef public bytes data
    cdef public bint held
    cdef public list regions
    cdef public list zones
    cdef public bint text
    cdef public object hits
    cdef public bint found
    cdef public object matches
