/*
 * What the agent needs of the system and QuickJS' own modules do not give: durable files, locks, waiting for input
 * with a limit, children that do not outlive their parent, text from bytes. Functions return a number of at least 0,
 * or the negative errno.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "quickjs.h"

#ifndef AGENT_VERSION
#error AGENT_VERSION must be given
#endif

#define MAX_WORDS 4096

static JSValue result(JSContext *ctx, int code) {
  return JS_NewInt32(ctx, code < 0 ? -errno : code);
}

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

/*
 * look(path): mode, size, milliseconds of the last change since 1970 and owner; links are not followed. os.lstat makes an
 * object of three times as much, and the exporter looks at five files for every scrape.
 */
static JSValue native_look(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  struct stat facts;
  const char *path = JS_ToCString(ctx, argv[0]);
  if (!path) return JS_EXCEPTION;
  int code = lstat(path, &facts);
  JS_FreeCString(ctx, path);
  if (code < 0) return result(ctx, code);
  int64_t values[] = {facts.st_mode, facts.st_size, (int64_t)facts.st_mtim.tv_sec * 1000 + facts.st_mtim.tv_nsec / 1000000, facts.st_uid};
  JSValue list = JS_NewArray(ctx);
  if (JS_IsException(list)) return list;
  for (uint32_t at = 0; at < sizeof values / sizeof values[0]; at++)
    if (JS_DefinePropertyValueUint32(ctx, list, at, JS_NewInt64(ctx, values[at]), JS_PROP_C_W_E) < 0) {
      JS_FreeValue(ctx, list);
      return JS_EXCEPTION;
    }
  return list;
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

static int is_utf8(const uint8_t *at, const uint8_t *end) {
  while (at < end) {
    uint8_t lead = *at++;
    if (lead < 0x80) continue;
    int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    if (lead < 0xc2 || lead > 0xf4 || end - at < more) return 0;
    if ((lead == 0xe0 && at[0] < 0xa0) || (lead == 0xed && at[0] > 0x9f) || (lead == 0xf0 && at[0] < 0x90) || (lead == 0xf4 && at[0] > 0x8f)) return 0;
    while (more--) if ((*at++ & 0xc0) != 0x80) return 0;
  }
  return 1;
}

/* decode(buffer, length): the text, or null when it is not UTF-8 or holds NUL. */
static JSValue native_decode(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  size_t size;
  int64_t length;
  if (JS_ToInt64(ctx, &length, argv[1])) return JS_EXCEPTION;
  const uint8_t *bytes = JS_GetArrayBuffer(ctx, &size, argv[0]);
  if (!bytes && size > 0) return JS_EXCEPTION;
  if (length < 0 || (uint64_t)length > size) return JS_ThrowRangeError(ctx, "length");
  if (length == 0) return JS_NewStringLen(ctx, "", 0);
  return !memchr(bytes, 0, (size_t)length) && is_utf8(bytes, bytes + length) ? JS_NewStringLen(ctx, (const char *)bytes, (size_t)length) : JS_NULL;
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

/* one_to_one(buffer, from, to): a string with one character for each byte. */
static JSValue native_one_to_one(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  size_t wide = 0;
  int64_t from, to;
  const uint8_t *bytes = part_of(ctx, argv, &from, &to);
  if (!bytes) return JS_EXCEPTION;
  int64_t length = to - from;
  bytes += from;
  if (length == 0) return JS_NewStringLen(ctx, "", 0);
  for (int64_t at = 0; at < length; at++) wide += bytes[at] >> 7;
  if (wide == 0) return JS_NewStringLen(ctx, (const char *)bytes, (size_t)length);
  /* QuickJS takes UTF-8 alone. */
  char *utf8 = malloc((size_t)length + wide), *end = utf8;
  if (!utf8) return JS_ThrowOutOfMemory(ctx);
  for (int64_t at = 0; at < length; at++) {
    if (bytes[at] >= 0x80) *end++ = (char)(0xc0 | bytes[at] >> 6);
    *end++ = (char)(bytes[at] < 0x80 ? bytes[at] : 0x80 | (bytes[at] & 0x3f));
  }
  JSValue value = JS_NewStringLen(ctx, utf8, (size_t)(end - utf8));
  free(utf8);
  return value;
}

static const JSCFunctionListEntry entries[] = {
  JS_CFUNC_DEF("fsync", 1, native_fsync),   JS_CFUNC_DEF("lock", 1, native_lock),     JS_CFUNC_DEF("chmod", 2, native_chmod),
  JS_CFUNC_DEF("look", 1, native_look),     JS_CFUNC_DEF("wait", 3, native_wait),     JS_CFUNC_DEF("spawn", 5, native_spawn),
  JS_CFUNC_DEF("decode", 2, native_decode), JS_CFUNC_DEF("encode", 1, native_encode), JS_CFUNC_DEF("oneToOne", 3, native_one_to_one),
  JS_CFUNC_DEF("asciiEnd", 3, native_ascii_end), JS_CFUNC_DEF("special", 3, native_special), JS_PROP_STRING_DEF("version", AGENT_VERSION, 0),
};

static int initialize(JSContext *ctx, JSModuleDef *module) {
  return JS_SetModuleExportList(ctx, module, entries, sizeof entries / sizeof entries[0]);
}

JSModuleDef *js_init_module_native(JSContext *ctx, const char *name) {
  JSModuleDef *module = JS_NewCModule(ctx, name, initialize);
  if (!module) return NULL;
  /* Who no longer reads what we say must not kill us half-way; a failed write says so. */
  signal(SIGPIPE, SIG_IGN);
  JS_AddModuleExportList(ctx, module, entries, sizeof entries / sizeof entries[0]);
  return module;
}
