# The C types of `glance.py`'s names, for Cython; without it that file is plain Python.
cimport cython

@cython.locals(
    end=cython.longlong, trigger=cython.longlong, start=cython.longlong, stop=cython.longlong, size=cython.longlong,
    limit=cython.longlong, text=bytes, first=cython.Py_ssize_t, count=cython.Py_ssize_t, done=cython.longlong,
    before=cython.longlong, each=cython.Py_ssize_t, place=cython.longlong, low=cython.longlong,
)
cpdef bint barren(bytes data, list ends, list triggers, Py_ssize_t number, tuple rules, dict known)

cpdef object line_key(object order, bytes line, object low, object place)

@cython.locals(
    raw="const unsigned char*", parts="const unsigned char*", last=cython.Py_ssize_t, place=cython.Py_ssize_t,
    each=cython.Py_ssize_t,
)
cpdef Py_ssize_t seam(bytes data, Py_ssize_t end)

cdef bint _quoted(int code)

@cython.locals(
    raw="const unsigned char*", between="const unsigned char*", size=cython.Py_ssize_t, place=cython.Py_ssize_t,
    last=cython.Py_ssize_t,
)
cdef Py_ssize_t _other(bytes data, Py_ssize_t quote, Py_ssize_t step)

@cython.locals(
    raw="const unsigned char*", parts="const unsigned char*", low=cython.Py_ssize_t, floor=cython.Py_ssize_t,
)
cdef Py_ssize_t _before(bytes data, Py_ssize_t place)

@cython.locals(
    raw="const unsigned char*", parts="const unsigned char*", high=cython.Py_ssize_t, ceiling=cython.Py_ssize_t,
)
cdef Py_ssize_t _behind(bytes data, Py_ssize_t place)

@cython.locals(
    raw="const unsigned char*", start=cython.Py_ssize_t, left=cython.Py_ssize_t, right=cython.Py_ssize_t,
    place=cython.Py_ssize_t,
)
cpdef bint joins(bytes data, Py_ssize_t end)

@cython.locals(
    raw="const unsigned char*", parts="const unsigned char*", found=list, kept=list, done=cython.Py_ssize_t,
    end=cython.Py_ssize_t, start=cython.Py_ssize_t, count=cython.Py_ssize_t, first=cython.Py_ssize_t,
    last=cython.Py_ssize_t, length=cython.Py_ssize_t, place=cython.Py_ssize_t,
)
cpdef list seams(bytes data, list ends)

@cython.locals(
    found=list, count=cython.Py_ssize_t, size=cython.Py_ssize_t, first=cython.Py_ssize_t, last=cython.Py_ssize_t,
    start=cython.Py_ssize_t, end=cython.Py_ssize_t, stop=cython.Py_ssize_t, low=cython.Py_ssize_t,
    high=cython.Py_ssize_t, key=cython.Py_ssize_t,
)
cpdef list fresh(bytes data, str decoder, list pieces, object known)

@cython.locals(size=cython.Py_ssize_t, low=cython.longlong, start=cython.longlong)
cpdef long long run_begins(bytes data, long long place)

@cython.locals(size=cython.Py_ssize_t, part=bytes, rest=cython.Py_ssize_t)
cpdef long long run_ends(bytes data, long long place)

@cython.locals(
    count=cython.Py_ssize_t, first=cython.Py_ssize_t, last=cython.Py_ssize_t, stop=cython.longlong,
    low=cython.longlong, high=cython.longlong,
)
cpdef tuple encoded(bytes data, list ends, long long core, long long limit)

@cython.locals(low=cython.Py_ssize_t, high=cython.Py_ssize_t, middle=cython.Py_ssize_t)
cpdef Py_ssize_t first_from(list ends, long long least)
