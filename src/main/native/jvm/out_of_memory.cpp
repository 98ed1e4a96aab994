// Ends the process when the Java heap is exhausted: servers and frameworks catch the error and go
// on half dead, and only the JVM itself knows of each one. The JVM's own option for this is not
// among those that can be set while it runs.
#include <dlfcn.h>
#include <jvmti.h>
#include <unistd.h>

#include <atomic>
#include <cstring>

#include "common/status.h"
#include "fovea.h"

namespace fovea {
namespace {

std::atomic<int32_t> exit_code{0};

// Called in the thread that got no memory, before its error is thrown: nothing is allocated here.
void JNICALL exhausted(jvmtiEnv*, JNIEnv*, jint flags, const void*, const char*) {
  constexpr char kWords[] = "the Java heap is exhausted: the process ends\n";
  if ((flags & JVMTI_RESOURCE_EXHAUSTED_JAVA_HEAP) != 0) {
    ssize_t written = write(STDERR_FILENO, kWords, sizeof kWords - 1);
    static_cast<void>(written);
    _exit(exit_code);
  }
}

JavaVM* running_vm() {
  using Find = jint (*)(JavaVM**, jsize, jsize*);
  auto find = reinterpret_cast<Find>(dlsym(RTLD_DEFAULT, "JNI_GetCreatedJavaVMs"));
  JavaVM* vm = nullptr;
  jsize count = 0;
  if (find == nullptr || find(&vm, 1, &count) != JNI_OK || count == 0) {
    fail(FOVEA_UNSUPPORTED, "endOnOutOfMemory: expected a JVM around this library, found none");
  }
  return vm;
}

void check(jvmtiError error, const char* what) {
  if (error != JVMTI_ERROR_NONE) {
    fail(FOVEA_UNSUPPORTED, "endOnOutOfMemory: %s: JVMTI error %d", what, static_cast<int>(error));
  }
}

}  // namespace
}  // namespace fovea

int32_t foveaEndOnOutOfMemory(int32_t exitCode) {
  return fovea::guarded([&] {
    jvmtiEnv* jvmti = nullptr;
    if (fovea::running_vm()->GetEnv(reinterpret_cast<void**>(&jvmti), JVMTI_VERSION_1_1) !=
        JNI_OK) {
      fovea::fail(FOVEA_UNSUPPORTED,
                  "endOnOutOfMemory: expected a JVM with JVMTI, got one without");
    }
    fovea::exit_code = exitCode;
    jvmtiCapabilities wanted;
    std::memset(&wanted, 0, sizeof wanted);
    wanted.can_generate_resource_exhaustion_heap_events = 1;
    fovea::check(jvmti->AddCapabilities(&wanted), "capability");
    jvmtiEventCallbacks callbacks;
    std::memset(&callbacks, 0, sizeof callbacks);
    callbacks.ResourceExhausted = fovea::exhausted;
    fovea::check(jvmti->SetEventCallbacks(&callbacks, sizeof callbacks), "callback");
    fovea::check(
        jvmti->SetEventNotificationMode(JVMTI_ENABLE, JVMTI_EVENT_RESOURCE_EXHAUSTED, nullptr),
        "event");
  });
}
