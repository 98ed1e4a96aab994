#include "fovea.h"
