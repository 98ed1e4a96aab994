package dev.fovea.server;

/** How far the model is. */
public sealed interface ModelState {

  /**
   * @param step what is being done
   * @param progress 0 to 1
   */
  record Loading(String step, double progress) implements ModelState {}

  /** It has produced a token. */
  record Ready(ServedModel model) implements ModelState {}

  /** The process was asked to end: what is open is being told, and nothing new begins. */
  record Closing() implements ModelState {}

  /** It will not come, or has died: the process is about to exit. */
  record Failed(String reason) implements ModelState {}
}
