// Begins the process anew: the one thing that the JVM cannot do for itself.
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "common/status.h"
#include "fovea.h"

namespace fovea {
namespace {

constexpr const char* kCommandLine = "/proc/self/cmdline";

// The arguments of this process, each ended by a zero.
std::string command_line() {
  std::FILE* file = std::fopen(kCommandLine, "rbe");
  if (file == nullptr) {
    fail(FOVEA_IO_ERROR, "restart: %s: %s", kCommandLine, std::strerror(errno));
  }
  std::string text;
  char part[4096];
  for (size_t read; (read = std::fread(part, 1, sizeof part, file)) > 0;) {
    text.append(part, read);
  }
  std::fclose(file);
  return text;
}

}  // namespace
}  // namespace fovea

int32_t foveaRestart(const char* name, const char* value) {
  return fovea::guarded([&] {
    if (name == nullptr || value == nullptr) {
      fovea::fail(FOVEA_INVALID_ARGUMENT, "restart: expected a variable and its value, got null");
    }
    std::string text = fovea::command_line();
    std::vector<char*> arguments;
    for (size_t at = 0; at < text.size(); at += std::strlen(&text[at]) + 1) {
      arguments.push_back(&text[at]);
    }
    arguments.push_back(nullptr);
    if (setenv(name, value, 1) != 0) {
      fovea::fail(FOVEA_INVALID_ARGUMENT, "restart: expected the name of a variable, got '%s'",
                  name);
    }
    execv("/proc/self/exe", arguments.data());
    fovea::fail(FOVEA_IO_ERROR, "restart: %s", std::strerror(errno));
  });
}
