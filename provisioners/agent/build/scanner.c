/*
 * What the scanner does beside: durable files, locks, children that do not outlive their parent, bytes. It is not in the
 * exporter, which so has no way to start a program. Functions return a number of at least 0, or the negative errno, unless
 * they say otherwise.
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"

#define MAX_WORDS 4096

/* fsync(path): a file, or a folder so that its entries last. */
static JSValue native_fsync(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  const char *path = JS_ToCString(ctx, argv[0]);
  if (!path) return JS_EXCEPTION;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  JS_FreeCString(ctx, path);
  if (fd < 0) return result(ctx, -1);
  int code = fsync(fd);
  JSValue value = result(ctx, code);
  close(fd);
  return value;
}

/* lock(path): held until the process ends; the file stays. -EAGAIN when another process holds it. */
static JSValue native_lock(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  const char *path = JS_ToCString(ctx, argv[0]);
  if (!path) return JS_EXCEPTION;
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  JS_FreeCString(ctx, path);
  if (fd < 0) return result(ctx, -1);
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) return JS_NewInt32(ctx, 0);
  JSValue value = result(ctx, -1);
  close(fd);
  return value;
}

/* chmod(path, mode) */
static JSValue native_chmod(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  int mode;
  if (JS_ToInt32(ctx, &mode, argv[1])) return JS_EXCEPTION;
  const char *path = JS_ToCString(ctx, argv[0]);
  if (!path) return JS_EXCEPTION;
  JSValue value = result(ctx, chmod(path, (mode_t)mode));
  JS_FreeCString(ctx, path);
  return value;
}

/* rename(from, to) */
static JSValue native_rename(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  const char *from = JS_ToCString(ctx, argv[0]);
  if (!from) return JS_EXCEPTION;
  const char *to = JS_ToCString(ctx, argv[1]);
  if (!to) {
    JS_FreeCString(ctx, from);
    return JS_EXCEPTION;
  }
  JSValue value = result(ctx, rename(from, to));
  JS_FreeCString(ctx, from);
  JS_FreeCString(ctx, to);
  return value;
}

/* remove(path): a file, a link or an empty folder. */
static JSValue native_remove(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  const char *path = JS_ToCString(ctx, argv[0]);
  if (!path) return JS_EXCEPTION;
  JSValue value = result(ctx, remove(path));
  JS_FreeCString(ctx, path);
  return value;
}

/* names(path): those in a folder, with "." and "..". */
static JSValue native_names(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  const char *path = JS_ToCString(ctx, argv[0]);
  if (!path) return JS_EXCEPTION;
  DIR *folder = opendir(path);
  JS_FreeCString(ctx, path);
  if (!folder) return result(ctx, -1);
  JSValue list = JS_NewArray(ctx);
  uint32_t count = 0;
  while (!JS_IsException(list)) {
    errno = 0;
    const struct dirent *entry = readdir(folder);
    if (!entry) break;
    put(ctx, &list, count++, JS_NewString(ctx, entry->d_name));
  }
  if (!JS_IsException(list) && errno != 0) {
    JS_FreeValue(ctx, list);
    list = result(ctx, -1);
  }
  closedir(folder);
  return list;
}

/* openToRead(path) → fd */
static JSValue native_open_to_read(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  const char *path = JS_ToCString(ctx, argv[0]);
  if (!path) return JS_EXCEPTION;
  JSValue value = result(ctx, open(path, O_RDONLY | O_CLOEXEC));
  JS_FreeCString(ctx, path);
  return value;
}

/* openToWrite(path, mode) → fd, of a file that is empty then. */
static JSValue native_open_to_write(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  int mode;
  if (JS_ToInt32(ctx, &mode, argv[1])) return JS_EXCEPTION;
  const char *path = JS_ToCString(ctx, argv[0]);
  if (!path) return JS_EXCEPTION;
  JSValue value = result(ctx, open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, (mode_t)mode));
  JS_FreeCString(ctx, path);
  return value;
}

/* close(fd) */
static JSValue native_close(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  int fd;
  if (JS_ToInt32(ctx, &fd, argv[0])) return JS_EXCEPTION;
  return result(ctx, close(fd));
}

/* read(fd, buffer, most) → bytes read; 0 at the end. */
static JSValue native_read(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  int fd;
  int64_t most;
  size_t size;
  if (JS_ToInt32(ctx, &fd, argv[0]) || JS_ToInt64(ctx, &most, argv[2])) return JS_EXCEPTION;
  uint8_t *buffer = JS_GetArrayBuffer(ctx, &size, argv[1]);
  if (!buffer) return JS_EXCEPTION;
  if (most < 0 || (uint64_t)most > size) return JS_ThrowRangeError(ctx, "no such bytes");
  ssize_t length;
  do length = read(fd, buffer, (size_t)most);
  while (length < 0 && errno == EINTR);
  return result(ctx, length);
}

/* isTerminal(fd) → 1 or 0 */
static JSValue native_is_terminal(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  int fd;
  if (JS_ToInt32(ctx, &fd, argv[0])) return JS_EXCEPTION;
  return JS_NewInt32(ctx, isatty(fd));
}

/* environment(): a list of NAME=value. */
static JSValue native_environment(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  JSValue list = JS_NewArray(ctx);
  for (uint32_t at = 0; environ[at]; at++) put(ctx, &list, at, JS_NewString(ctx, environ[at]));
  return list;
}

static JSValue pair(JSContext *ctx, int first, int second) {
  JSValue list = JS_NewArray(ctx);
  put(ctx, &list, 0, JS_NewInt32(ctx, first));
  put(ctx, &list, 1, JS_NewInt32(ctx, second));
  return list;
}

/* pipe() → [to read, to write] */
static JSValue native_pipe(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  int ends[2];
  return pipe2(ends, O_CLOEXEC) < 0 ? result(ctx, -1) : pair(ctx, ends[0], ends[1]);
}

/* ended(pid) → [exit code, signal] once it has; one of them is 0. */
static JSValue native_ended(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  int pid, status;
  if (JS_ToInt32(ctx, &pid, argv[0])) return JS_EXCEPTION;
  pid_t got;
  do got = waitpid(pid, &status, 0);
  while (got < 0 && errno == EINTR);
  if (got < 0) return result(ctx, -1);
  return pair(ctx, WIFEXITED(status) ? WEXITSTATUS(status) : 0, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

/* wait(first, second, milliseconds): bit 1 when first has input or is at its end, bit 2 for second; -1 for none; no limit below 0. */
static JSValue native_wait(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  struct pollfd set[2] = {{0}};
  int milliseconds;
  for (int at = 0; at < 2; at++) {
    if (JS_ToInt32(ctx, &set[at].fd, argv[at])) return JS_EXCEPTION;
    set[at].events = POLLIN;
  }
  if (JS_ToInt32(ctx, &milliseconds, argv[2])) return JS_EXCEPTION;
  int ready = poll(set, 2, milliseconds);
  if (ready < 0) return errno == EINTR ? JS_NewInt32(ctx, 0) : result(ctx, -1);
  return JS_NewInt32(ctx, (set[0].revents ? 1 : 0) | (set[1].revents ? 2 : 0));
}

static void free_words(JSContext *ctx, char **words) {
  for (char **word = words; *word; word++) JS_FreeCString(ctx, *word);
  free(words);
}

static char **words_of(JSContext *ctx, JSValueConst list) {
  int64_t length;
  JSValue value = JS_GetPropertyStr(ctx, list, "length");
  int failed = JS_ToInt64(ctx, &length, value);
  JS_FreeValue(ctx, value);
  if (failed) return NULL;
  if (length > MAX_WORDS) {
    JS_ThrowRangeError(ctx, "too many words");
    return NULL;
  }
  char **words = calloc((size_t)length + 1, sizeof *words);
  if (!words) {
    JS_ThrowOutOfMemory(ctx);
    return NULL;
  }
  for (int64_t at = 0; at < length; at++) {
    value = JS_GetPropertyUint32(ctx, list, (uint32_t)at);
    words[at] = (char *)JS_ToCString(ctx, value);
    JS_FreeValue(ctx, value);
    if (!words[at]) {
      free_words(ctx, words);
      return NULL;
    }
  }
  return words;
}

/* spawn(argv, environment, stdin, stdout, stderr) → pid. The child is killed when its parent dies, however that dies. */
static JSValue native_spawn(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  int fds[3];
  for (int at = 0; at < 3; at++)
    if (JS_ToInt32(ctx, &fds[at], argv[2 + at])) return JS_EXCEPTION;
  char **words = words_of(ctx, argv[0]);
  if (!words) return JS_EXCEPTION;
  char **environment = words_of(ctx, argv[1]);
  if (!environment) {
    free_words(ctx, words);
    return JS_EXCEPTION;
  }
  pid_t parent = getpid();
  pid_t pid = fork();
  if (pid == 0) {
    /* Above 2, so that none is overwritten before it is used. */
    for (int at = 0; at < 3; at++) fds[at] = fcntl(fds[at], F_DUPFD, 3);
    for (int at = 0; at < 3; at++)
      if (fds[at] < 0 || dup2(fds[at], at) < 0) _exit(126);
    for (int fd = 3; fd < 256; fd++) close(fd);
    signal(SIGPIPE, SIG_DFL);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent) _exit(126);
    if (words[0]) execvpe(words[0], words, environment);
    _exit(errno == ENOENT ? 127 : 126);
  }
  JSValue value = result(ctx, pid);
  free_words(ctx, words);
  free_words(ctx, environment);
  return value;
}

/* decode(buffer, length): the text, or null when it is not UTF-8 or holds NUL. */
static JSValue native_decode(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  size_t size;
  int64_t length;
  if (JS_ToInt64(ctx, &length, argv[1])) return JS_EXCEPTION;
  const uint8_t *bytes = JS_GetArrayBuffer(ctx, &size, argv[0]);
  if (!bytes && size > 0) return JS_EXCEPTION;
  if (length < 0 || (uint64_t)length > size) return JS_ThrowRangeError(ctx, "length");
  return agent_text(ctx, bytes, (size_t)length);
}

/* encode(text): its UTF-8. */
static JSValue native_encode(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  size_t length;
  const char *text = JS_ToCStringLen(ctx, &length, argv[0]);
  if (!text) return JS_EXCEPTION;
  JSValue value = JS_NewArrayBufferCopy(ctx, (const uint8_t *)text, length);
  JS_FreeCString(ctx, text);
  return value;
}

/* The bytes from argv[1] to before argv[2] of the buffer argv[0]; NULL with an exception where there are none such. */
static const uint8_t *part_of(JSContext *ctx, JSValueConst *argv, int64_t *from, int64_t *to) {
  size_t size;
  if (JS_ToInt64(ctx, from, argv[1]) || JS_ToInt64(ctx, to, argv[2])) return NULL;
  const uint8_t *bytes = JS_GetArrayBuffer(ctx, &size, argv[0]);
  if (!bytes) return NULL;
  if (*from < 0 || *to < *from || (uint64_t)*to > size) {
    JS_ThrowRangeError(ctx, "no such bytes");
    return NULL;
  }
  return bytes;
}

/* Loops over whole blocks without a way out: the compiler makes wide instructions of them. */
#define BLOCK 64

/* ascii_end(buffer, from, to): where the first byte is that is not printable ASCII, a tab or a line end. */
static JSValue native_ascii_end(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  int64_t at, to;
  const uint8_t *bytes = part_of(ctx, argv, &at, &to);
  if (!bytes) return JS_EXCEPTION;
#define OTHER(byte) (((byte) >= 0x80) | (((byte) < 0x20) & ((byte) != 9) & ((byte) != 10) & ((byte) != 13)))
  for (; to - at >= BLOCK; at += BLOCK) {
    uint8_t other = 0;
    for (int i = 0; i < BLOCK; i++) other |= OTHER(bytes[at + i]);
    if (other) break;
  }
  while (at < to && !OTHER(bytes[at])) at++;
#undef OTHER
  return JS_NewInt64(ctx, at);
}

/* special(buffer, from, to): where the first "&", CR or "]]>" is. */
static JSValue native_special(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  int64_t at, to;
  const uint8_t *bytes = part_of(ctx, argv, &at, &to);
  if (!bytes) return JS_EXCEPTION;
  while (at < to) {
    uint8_t candidates = 0;
    int64_t end = to - at < BLOCK ? to : at + BLOCK;
    if (end - at == BLOCK) for (int i = 0; i < BLOCK; i++) candidates |= (bytes[at + i] == '&') | (bytes[at + i] == '\r') | (bytes[at + i] == ']');
    else candidates = 1;
    if (candidates)
      for (int64_t i = at; i < end; i++)
        if (bytes[i] == '&' || bytes[i] == '\r' || (bytes[i] == ']' && to - i > 2 && bytes[i + 1] == ']' && bytes[i + 2] == '>')) return JS_NewInt64(ctx, i);
    at = end;
  }
  return JS_NewInt64(ctx, to);
}

/* oneToOne(buffer, from, to): a string with one character for each byte. */
static JSValue native_one_to_one(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  int64_t from, to;
  const uint8_t *bytes = part_of(ctx, argv, &from, &to);
  return bytes ? agent_one_to_one(ctx, bytes + from, (size_t)(to - from)) : JS_EXCEPTION;
}

static const JSCFunctionListEntry entries[] = {
  JS_CFUNC_DEF("fsync", 1, native_fsync),   JS_CFUNC_DEF("lock", 1, native_lock),     JS_CFUNC_DEF("chmod", 2, native_chmod),
  JS_CFUNC_DEF("rename", 2, native_rename), JS_CFUNC_DEF("remove", 1, native_remove), JS_CFUNC_DEF("names", 1, native_names),
  JS_CFUNC_DEF("openToRead", 1, native_open_to_read), JS_CFUNC_DEF("openToWrite", 2, native_open_to_write), JS_CFUNC_DEF("close", 1, native_close),
  JS_CFUNC_DEF("read", 3, native_read),     JS_CFUNC_DEF("isTerminal", 1, native_is_terminal),
  JS_CFUNC_DEF("environment", 0, native_environment), JS_CFUNC_DEF("pipe", 0, native_pipe), JS_CFUNC_DEF("ended", 1, native_ended),
  JS_CFUNC_DEF("wait", 3, native_wait),     JS_CFUNC_DEF("spawn", 5, native_spawn),   JS_CFUNC_DEF("decode", 2, native_decode),
  JS_CFUNC_DEF("encode", 1, native_encode), JS_CFUNC_DEF("oneToOne", 3, native_one_to_one), JS_CFUNC_DEF("asciiEnd", 3, native_ascii_end),
  JS_CFUNC_DEF("special", 3, native_special),
};

static int initialize(JSContext *ctx, JSModuleDef *module) {
  return JS_SetModuleExportList(ctx, module, entries, sizeof entries / sizeof entries[0]);
}

JSModuleDef *js_init_module_scanner(JSContext *ctx, const char *name) {
  JSModuleDef *module = JS_NewCModule(ctx, name, initialize);
  if (module) JS_AddModuleExportList(ctx, module, entries, sizeof entries / sizeof entries[0]);
  return module;
}
