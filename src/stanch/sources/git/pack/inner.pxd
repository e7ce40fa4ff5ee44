# The C types of `inner.py`'s names, for Cython; without it that file is plain Python.
cimport cython
from libc.string cimport memcpy
from stanch.version cimport unwritten

@cython.locals(
    number=cython.Py_ssize_t, at=cython.longlong, byte=cython.longlong, kind=cython.int, size=cython.longlong,
    shift=cython.int, base=cython.longlong, back=cython.longlong,
)
cpdef entries(
    const unsigned char[:] pack, long long[:] offsets, int width, unsigned char[:] kinds, long long[:] sizes,
    long long[:] bases, long long[:] places,
)

@cython.locals(
    have="const unsigned char[::1]", look="const unsigned char[::1]", found=list, number=cython.Py_ssize_t,
    at=cython.Py_ssize_t, low=cython.Py_ssize_t, high=cython.Py_ssize_t, middle=cython.Py_ssize_t,
    place=cython.Py_ssize_t, byte=cython.Py_ssize_t,
)
cpdef list absent(bytes names, Py_ssize_t width, bytes wanted)

@cython.locals(
    count=cython.Py_ssize_t, number=cython.Py_ssize_t, shift=cython.int, slot=cython.Py_ssize_t, total=cython.longlong,
    size=cython.longlong, entry=cython.longlong, counts="long long[:]",
)
cpdef order(long long[:] offsets, long long[:] into, long long[:] spare)

@cython.locals(
    count=cython.Py_ssize_t, number=cython.Py_ssize_t, base=cython.longlong, low=cython.Py_ssize_t,
    high=cython.Py_ssize_t, middle=cython.Py_ssize_t, parent=cython.longlong,
)
cpdef forest(long long[:] offsets, long long[:] bases, long long[:] parents, long long[:] child, long long[:] sibling)

@cython.locals(
    count=cython.Py_ssize_t, number=cython.Py_ssize_t, root=cython.Py_ssize_t, left=cython.Py_ssize_t,
    weight=cython.longlong, waiting="long long[:]",
)
cpdef grow(
    unsigned char[:] kinds, long long[:] sizes, long long[:] child, long long[:] sibling, long long[:] roots,
    long long[:] weights, long long price,
)

@cython.locals(
    raw="const unsigned char[::1]", at=cython.Py_ssize_t, source_size=cython.longlong, size=cython.longlong,
    shift=cython.int, byte=cython.longlong,
)
cpdef tuple sizes(bytes delta)

cdef long long[::1] _marks

@cython.locals(
    raw="const unsigned char[::1]", view="const unsigned char*", made=bytes, into="unsigned char*", end=cython.Py_ssize_t,
    at=cython.Py_ssize_t, source_size=cython.longlong, size=cython.longlong, byte=cython.longlong, op=cython.int,
    start=cython.longlong, length=cython.longlong, done=cython.longlong, moved=cython.longlong, last=cython.longlong,
    low=cython.longlong, high=cython.longlong, after=cython.longlong, new=cython.bint, marks="long long[::1]",
    count=cython.Py_ssize_t, data=bytes,
)
cpdef tuple apply(bytes base, bytes delta, long long margin, long long reach)

cdef _make_room(Py_ssize_t count)

@cython.locals(
    view="const unsigned char*", size=cython.Py_ssize_t, marks="long long[::1]", regions=list, zones=list,
    passed=cython.Py_ssize_t, number=cython.Py_ssize_t, core=cython.Py_ssize_t, edge=cython.Py_ssize_t,
    low=cython.Py_ssize_t, floor=cython.Py_ssize_t, high=cython.Py_ssize_t, ceiling=cython.Py_ssize_t,
)
cdef tuple _stretches(bytes data, Py_ssize_t count, Py_ssize_t moved, Py_ssize_t margin, Py_ssize_t reach)

@cython.locals(count=cython.Py_ssize_t, number=cython.Py_ssize_t, into="long long[::1]")
cpdef of_kind(const unsigned char[:] kinds, const long long[:] roots, unsigned char kind)

@cython.locals(found=list, batch=list, load=cython.longlong, weight=cython.longlong, number=cython.Py_ssize_t)
cpdef list batches(const unsigned char[:] kinds, const long long[:] weights, bytes wanted, long long limit)
