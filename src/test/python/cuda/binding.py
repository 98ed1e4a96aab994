"""fovea.h through ctypes: its structs are read from the header itself, its functions from a shared
library of either backend (libfovea_cuda.so, or one made of fovea_cpu to rehearse without a GPU)."""

import ctypes
import re

import torch

TYPES = {torch.float32: 0, torch.bfloat16: 1, torch.float16: 2, torch.int32: 3, torch.int64: 4}
CAUSAL, FULL = 0, 1  # FoveaMaskKind
C_TYPES = {
    "uint64_t": ctypes.c_uint64,
    "int64_t": ctypes.c_int64,
    "int32_t": ctypes.c_int32,
    "float": ctypes.c_float,
    "char": ctypes.c_char,
}


def parse_structs(header):
    """Name to ctypes.Structure of every `typedef struct X { ... } X;`."""
    text = re.sub(r"/\*.*?\*/", "", open(header).read(), flags=re.S)
    structs = {}
    for name, body in re.findall(r"typedef struct (\w+) \{(.*?)\}", text, flags=re.S):
        fields = []
        for declaration in filter(None, (part.strip() for part in body.split(";"))):
            c_type, names = declaration.split(None, 1)
            for field in names.split(","):
                field, length = re.fullmatch(r"\s*(\w+)(?:\[(\d+)\])?\s*", field).groups()
                kind = C_TYPES[c_type]
                fields.append((field, kind * int(length) if length else kind))
        structs[name] = type(name, (ctypes.Structure,), {"_fields_": fields})
    return structs


class FoveaError(Exception):
    def __init__(self, function, status, text):
        super().__init__(f"{function}: status {status}: {text}")
        self.status = status


class Fovea:
    """One stream of one library."""

    def __init__(self, library, header, device=0):
        self.structs = parse_structs(header)
        self.library = ctypes.CDLL(library)
        for name in ("foveaLastError", "foveaStreamIsa", "foveaAttentionKernel"):
            getattr(self.library, name).restype = ctypes.c_char_p
        self.is_cuda = hasattr(self.library, "foveaOpenDevice")
        self.device = torch.device("cuda", device) if self.is_cuda else torch.device("cpu")
        self.stream = ctypes.c_void_p()
        if self.is_cuda:
            self.library.foveaStreamHandle.restype = ctypes.c_uint64
            self.status("foveaOpenDevice", device, ctypes.byref(self.stream))
            handle = self.library.foveaStreamHandle(self.stream)
            self.torch_stream = torch.cuda.ExternalStream(handle, device=self.device)
            torch.cuda.set_stream(self.torch_stream)
        else:
            self.status("foveaOpenStream", 0, -1, ctypes.byref(self.stream))
        self.isa = self.library.foveaStreamIsa(self.stream).decode()

    def status(self, function, *arguments):
        status = getattr(self.library, function)(*arguments)
        if status != 0:
            raise FoveaError(function, status, self.library.foveaLastError().decode())

    def params(self, struct, **fields):
        """A struct with tensors given as such, types by torch's names, and the rest 0."""
        values = self.structs[struct]()
        for name, value in fields.items():
            if isinstance(value, torch.Tensor):
                assert value.is_contiguous() and value.device.type == self.device.type, name
                value = value.data_ptr()
            elif isinstance(value, torch.dtype):
                value = TYPES[value]
            assert name in dict(values._fields_), f"{struct} has no field {name}"
            setattr(values, name, value if value is not None else 0)
        return values

    def run(self, function, struct, **fields):
        self.call(function, self.params(struct, **fields))

    def call(self, function, params):
        self.status(function, self.stream, ctypes.byref(params))

    def workspace_bytes(self, params):
        if not self.is_cuda:
            return 0
        size = ctypes.c_int64()
        self.status("attentionWorkspace", self.stream, ctypes.byref(params), ctypes.byref(size))
        return size.value

    def kernel_name(self, dtype):
        return self.library.foveaAttentionKernel(self.stream, TYPES[dtype]).decode()

    def synchronize(self):
        self.status("foveaSynchronize", self.stream)
