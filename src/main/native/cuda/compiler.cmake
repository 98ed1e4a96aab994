# Finds nvcc, on the path or where toolkits lie, and decides which architectures to compile for:
# FOVEA_CUDA_ARCHITECTURES, else those of the GPUs present, else Hopper's code and PTX of 8.0, which
# the driver compiles at first use on anything newer.
if(NOT CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
  find_program(FOVEA_NVCC nvcc PATHS "$ENV{CUDA_HOME}/bin" /usr/local/cuda/bin)
  if(FOVEA_NVCC)
    # A link or wrapper on the path does not lead to the toolkit's folders; the resolved file may.
    get_filename_component(FOVEA_NVCC_FILE "${FOVEA_NVCC}" REALPATH)
    set(CMAKE_CUDA_COMPILER "${FOVEA_NVCC_FILE}")
  endif()
endif()

set(FOVEA_CUDA_ARCHITECTURES "" CACHE STRING "as CMAKE_CUDA_ARCHITECTURES; empty: see cuda/compiler.cmake")
if(NOT FOVEA_CUDA_ARCHITECTURES)
  execute_process(COMMAND nvidia-smi --query-gpu=compute_cap --format=csv,noheader
    OUTPUT_VARIABLE FOVEA_GPUS ERROR_QUIET RESULT_VARIABLE FOVEA_NO_GPU)
  if(FOVEA_NO_GPU EQUAL 0 AND FOVEA_GPUS MATCHES "^[0-9]+[.][0-9]")
    string(REGEX MATCHALL "[0-9]+[.][0-9]+" FOVEA_GPUS "${FOVEA_GPUS}")
    # The kernels need what came with 8.0.
    list(FILTER FOVEA_GPUS EXCLUDE REGEX "^[1-7][.]")
    list(REMOVE_DUPLICATES FOVEA_GPUS)
    list(TRANSFORM FOVEA_GPUS REPLACE "[.]" "")
    list(TRANSFORM FOVEA_GPUS APPEND "-real" OUTPUT_VARIABLE FOVEA_CUDA_ARCHITECTURES)
  endif()
  if(NOT FOVEA_CUDA_ARCHITECTURES)
    set(FOVEA_CUDA_ARCHITECTURES 90-real 80-virtual)
  endif()
endif()
set(CMAKE_CUDA_ARCHITECTURES "${FOVEA_CUDA_ARCHITECTURES}")

include(CheckLanguage)
check_language(CUDA)
