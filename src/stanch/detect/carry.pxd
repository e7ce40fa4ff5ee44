# The C types of `carry.py`'s names, for Cython; without it that file is plain Python.
cimport cython

@cython.locals(
    found=list, count=cython.Py_ssize_t, place=cython.Py_ssize_t, moved=cython.longlong, first=cython.longlong,
    last=cython.longlong, low=cython.Py_ssize_t, high=cython.Py_ssize_t, middle=cython.Py_ssize_t, end=cython.longlong,
)
cpdef list carried(list ends, list triggers, list zones)

@cython.locals(
    found=list, count=cython.Py_ssize_t, open_low=cython.longlong, open_high=cython.longlong, near=list, marks=list,
    stretch=cython.Py_ssize_t, begun=cython.bint, place=cython.Py_ssize_t, core=cython.longlong, limit=cython.longlong, low=cython.Py_ssize_t,
    high=cython.Py_ssize_t, middle=cython.Py_ssize_t, left=cython.longlong, right=cython.longlong,
    any_near=cython.bint, end=cython.longlong, trigger=cython.Py_ssize_t,
)
cpdef list concerned(list ends, list triggers, list regions, list before, list after, long long widest)
