#include "vec/kernels.h"
#include "vec/vec.h"

namespace fovea::FOVEA_ISA {

const KernelTable& kernel_table() {
  static const KernelTable table = {
      FOVEA_ISA_NAME,
      to_f32,
      from_f32,
      add,
      rms_norm_row,
      layer_norm_row,
      rope_head,
      activate,
      scan_row,
      linear_block,
      linear_scratch_bytes,
      attention_partial_floats,
      attention_scratch_bytes,
      attention_span,
      attention_merge,
      attention_tile,
      attention_name,
      read_memory,
      dot_rounds,
  };
  return table;
}

}  // namespace fovea::FOVEA_ISA
