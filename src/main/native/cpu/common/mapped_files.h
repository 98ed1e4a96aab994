#ifndef FOVEA_CPU_COMMON_MAPPED_FILES_H_
#define FOVEA_CPU_COMMON_MAPPED_FILES_H_

namespace fovea {

// Fails with FOVEA_IO_ERROR while a file is mapped of which a page was read that is gone.
void check_mapped_files();

}  // namespace fovea

#endif  // FOVEA_CPU_COMMON_MAPPED_FILES_H_
