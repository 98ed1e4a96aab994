// A shared library needs a source of its own; everything is in fovea_cuda.
