// out[places[j]] = ids[sources[j]], a negative id as 0.
#include <algorithm>

#include "common/check.h"
#include "common/shapes.h"
#include "common/stream.h"

int32_t putIds(FoveaStream* stream, const FoveaPutIds* p) {
  return fovea::guarded([&] {
    fovea::check_call(stream, p);
    fovea::check_shapes(*p);
    fovea::check_ids("places", p->places, p->count, p->size);
    const int32_t* ids = fovea::pointer<const int32_t>(p->ids);
    const int32_t* sources = fovea::pointer<const int32_t>(p->sources);
    const int32_t* places = fovea::pointer<const int32_t>(p->places);
    if (sources != nullptr) {
      fovea::check_ids("sources", p->sources, p->count, p->numIds);
    }
    for (int64_t j = 0; j < p->count; j++) {
      const int32_t id = ids[sources != nullptr ? sources[j] : j];
      fovea::pointer<int32_t>(p->out)[places[j]] = std::max(id, 0);
    }
  });
}
