# The C types of `concern.py`'s names, for Cython; without it that file is plain Python.
cimport cython
from stanch.detect cimport glance

@cython.locals(
    before=list, after=list, look=list, runs=list, most=list, plain=list, kinds=list, lines_of=list, known=dict,
    widest=cython.longlong, found=list, count=cython.Py_ssize_t, open_low=cython.longlong,
    open_high=cython.longlong, near=list, marks=bytearray, hopes=bytearray, hope=cython.int, possible=cython.int,
    hopeless=cython.int, numbers=list, runs_at=list, context=cython.longlong, after_it=cython.longlong,
    seam=cython.longlong, encoded=cython.longlong, any_joined=cython.bint, place=cython.Py_ssize_t,
    core=cython.longlong, limit=cython.longlong, left=cython.longlong, right=cython.longlong, here=list,
    first=cython.Py_ssize_t, last=cython.Py_ssize_t, joined=cython.longlong, in_layer=cython.bint,
    low=cython.Py_ssize_t, end=cython.longlong, trigger=cython.Py_ssize_t, number=cython.Py_ssize_t,
    kind=cython.longlong, earliest=cython.longlong, latest=cython.longlong, spare=cython.longlong,
)
cpdef list concerned(bytes data, list ends, list triggers, list regions, concern)

@cython.locals(
    table=bytes, members="const unsigned char*", raw="const unsigned char*", place=cython.Py_ssize_t,
    start=cython.Py_ssize_t, end=cython.Py_ssize_t, floor=cython.Py_ssize_t, marks=bytes,
)
cpdef bint run(bytes data, Py_ssize_t low, Py_ssize_t high, Py_ssize_t length, Py_ssize_t most, bint plain)

@cython.locals(found=list, stop=cython.Py_ssize_t)
cpdef list lines(bytes data, Py_ssize_t low, Py_ssize_t high, Py_ssize_t length, Py_ssize_t most, bint plain)
