/*
 * What both programs need of the system, and all that the exporter can do: look at files, read a text, make a file, read and
 * answer a client. Functions return a number of at least 0, or the negative errno, unless they say otherwise.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"

#ifndef AGENT_VERSION
#error AGENT_VERSION must be given
#endif

/* Of a file whose size is not known before it is read. */
#define FIRST_PART 4096
/* Of standard input, at once. */
#define INPUT 8192
#define MAX_TEXTS 8

static int is_utf8(const uint8_t *at, const uint8_t *end) {
  while (at < end) {
    uint64_t eight;
    for (; end - at >= 8; at += 8) {
      memcpy(&eight, at, 8);
      if (eight & 0x8080808080808080) break;
    }
    if (at == end) break;
    uint8_t lead = *at++;
    if (lead < 0x80) continue;
    int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    if (lead < 0xc2 || lead > 0xf4 || end - at < more) return 0;
    if ((lead == 0xe0 && at[0] < 0xa0) || (lead == 0xed && at[0] > 0x9f) || (lead == 0xf0 && at[0] < 0x90) || (lead == 0xf4 && at[0] > 0x8f)) return 0;
    while (more--) if ((*at++ & 0xc0) != 0x80) return 0;
  }
  return 1;
}

JSValue agent_text(JSContext *ctx, const uint8_t *bytes, size_t length) {
  if (length > 0 && (memchr(bytes, 0, length) || !is_utf8(bytes, bytes + length))) return JS_NULL;
  return JS_NewStringLen(ctx, (const char *)bytes, length);
}

JSValue agent_one_to_one(JSContext *ctx, const uint8_t *bytes, size_t length) {
  size_t wide = 0;
  for (size_t at = 0; at < length; at++) wide += bytes[at] >> 7;
  if (wide == 0) return JS_NewStringLen(ctx, (const char *)bytes, length);
  /* QuickJS takes UTF-8 alone. */
  char *utf8 = malloc(length + wide), *end = utf8;
  if (!utf8) return JS_ThrowOutOfMemory(ctx);
  for (size_t at = 0; at < length; at++) {
    if (bytes[at] >= 0x80) *end++ = (char)(0xc0 | bytes[at] >> 6);
    *end++ = (char)(bytes[at] < 0x80 ? bytes[at] : 0x80 | (bytes[at] & 0x3f));
  }
  JSValue value = JS_NewStringLen(ctx, utf8, (size_t)(end - utf8));
  free(utf8);
  return value;
}

/*
 * look(path): mode, size, milliseconds of the last change since 1970 and owner; links are not followed. The
 * exporter looks at five files for every scrape.
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
  for (uint32_t at = 0; at < sizeof values / sizeof values[0]; at++) put(ctx, &list, at, JS_NewInt64(ctx, values[at]));
  return list;
}

/* Bytes read, all that there are up to limit and one more, or below 0 with errno. *bytes is js_malloc's. */
static ssize_t read_all(JSContext *ctx, int fd, size_t limit, uint8_t **bytes) {
  struct stat facts;
  if (fstat(fd, &facts) < 0) return -1;
  size_t room = facts.st_size > 0 ? (size_t)facts.st_size + 1 : FIRST_PART, length = 0;
  for (;;) {
    if (room > limit + 1) room = limit + 1;
    uint8_t *grown = js_realloc_rt(JS_GetRuntime(ctx), *bytes, room);
    if (!grown) {
      errno = ENOMEM;
      return -1;
    }
    *bytes = grown;
    while (length < room) {
      ssize_t got = read(fd, *bytes + length, room - length);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return -1;
      if (got == 0) return (ssize_t)length;
      length += (size_t)got;
    }
    if (length > limit) return (ssize_t)length;
    room *= 2;
  }
}

/* readText(path, limit): a whole file as text; -EFBIG when it is longer than limit bytes, -EILSEQ when it is not UTF-8 or holds NUL. */
static JSValue native_read_text(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  int64_t limit;
  if (JS_ToInt64(ctx, &limit, argv[1])) return JS_EXCEPTION;
  const char *path = JS_ToCString(ctx, argv[0]);
  if (!path) return JS_EXCEPTION;
  int fd = open(path, O_RDONLY);
  JS_FreeCString(ctx, path);
  if (fd < 0) return result(ctx, -1);
  uint8_t *bytes = NULL;
  ssize_t length = read_all(ctx, fd, (size_t)limit, &bytes);
  JSValue value = result(ctx, length);
  if (length >= 0) {
    value = length > limit ? JS_NewInt32(ctx, -EFBIG) : agent_text(ctx, bytes, (size_t)length);
    if (JS_IsNull(value)) value = JS_NewInt32(ctx, -EILSEQ);
  }
  js_free(ctx, bytes);
  close(fd);
  return value;
}

/* create(path, text, mode): a new file; -EEXIST when there is one. */
static JSValue native_create(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  int mode;
  size_t length;
  if (JS_ToInt32(ctx, &mode, argv[2])) return JS_EXCEPTION;
  const char *text = JS_ToCStringLen(ctx, &length, argv[1]);
  if (!text) return JS_EXCEPTION;
  const char *path = JS_ToCString(ctx, argv[0]);
  if (!path) {
    JS_FreeCString(ctx, text);
    return JS_EXCEPTION;
  }
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, (mode_t)mode);
  ssize_t written = fd < 0 ? -1 : 0;
  for (size_t at = 0; written >= 0 && at < length;) {
    written = write(fd, text + at, length - at);
    if (written < 0 && errno == EINTR) written = 0;
    at += written < 0 ? 0 : (size_t)written;
  }
  JSValue value = written < 0 ? result(ctx, -1) : JS_NewInt32(ctx, 0);
  if (fd >= 0 && close(fd) < 0 && written >= 0) value = result(ctx, -1);
  JS_FreeCString(ctx, path);
  JS_FreeCString(ctx, text);
  return value;
}

/* makeFolder(path, mode) */
static JSValue native_make_folder(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  int mode;
  if (JS_ToInt32(ctx, &mode, argv[1])) return JS_EXCEPTION;
  const char *path = JS_ToCString(ctx, argv[0]);
  if (!path) return JS_EXCEPTION;
  JSValue value = result(ctx, mkdir(path, (mode_t)mode));
  JS_FreeCString(ctx, path);
  return value;
}

/* receive(milliseconds): what comes on standard input, a character for each byte; empty at its end, null when nothing came in time. */
static JSValue native_receive(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  struct pollfd input = {.fd = 0, .events = POLLIN};
  int milliseconds;
  if (JS_ToInt32(ctx, &milliseconds, argv[0])) return JS_EXCEPTION;
  if (poll(&input, 1, milliseconds) <= 0) return JS_NULL;
  uint8_t *bytes = js_malloc(ctx, INPUT);
  if (!bytes) return JS_EXCEPTION;
  ssize_t length = read(0, bytes, INPUT);
  /* A connection that was reset is as closed as one that was ended. */
  JSValue value = agent_one_to_one(ctx, bytes, length < 0 ? 0 : (size_t)length);
  js_free(ctx, bytes);
  return value;
}

/* write(fd, text...): all of them in one piece, as UTF-8. */
static JSValue native_write(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  struct iovec parts[MAX_TEXTS];
  const char *texts[MAX_TEXTS];
  int fd, count = 0;
  if (argc - 1 > MAX_TEXTS) return JS_ThrowRangeError(ctx, "too many texts");
  if (JS_ToInt32(ctx, &fd, argv[0])) return JS_EXCEPTION;
  JSValue value = JS_NewInt32(ctx, 0);
  for (; count < argc - 1; count++) {
    texts[count] = JS_ToCStringLen(ctx, &parts[count].iov_len, argv[1 + count]);
    parts[count].iov_base = (void *)texts[count];
    if (!texts[count]) {
      value = JS_EXCEPTION;
      break;
    }
  }
  for (struct iovec *part = parts; !JS_IsException(value) && part < parts + count;) {
    ssize_t written = writev(fd, part, (int)(parts + count - part));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      value = result(ctx, -1);
      break;
    }
    for (; part < parts + count && (size_t)written >= part->iov_len; part++) written -= (ssize_t)part->iov_len;
    if (part < parts + count) {
      part->iov_base = (char *)part->iov_base + written;
      part->iov_len -= (size_t)written;
    }
  }
  while (count-- > 0) JS_FreeCString(ctx, texts[count]);
  return value;
}

/* byteLength(text): of its UTF-8. */
static JSValue native_byte_length(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  size_t length;
  const char *text = JS_ToCStringLen(ctx, &length, argv[0]);
  if (!text) return JS_EXCEPTION;
  JS_FreeCString(ctx, text);
  return JS_NewInt64(ctx, (int64_t)length);
}

/* getenv(name): undefined when it is not set. */
static JSValue native_getenv(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  const char *name = JS_ToCString(ctx, argv[0]);
  if (!name) return JS_EXCEPTION;
  const char *value = getenv(name);
  JS_FreeCString(ctx, name);
  return value ? JS_NewString(ctx, value) : JS_UNDEFINED;
}

/* From the kernel: finding the faster way takes longer than it saves a program that asks twice. */
static struct timespec time_of(clockid_t clock) {
  struct timespec time = {0};
  syscall(SYS_clock_gettime, clock, &time);
  return time;
}

/* monotonic(): milliseconds of a clock that is never set. */
static JSValue native_monotonic(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  struct timespec time = time_of(CLOCK_MONOTONIC);
  return JS_NewFloat64(ctx, (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6);
}

/* now(): milliseconds since 1970, whole. */
static JSValue native_now(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  struct timespec time = time_of(CLOCK_REALTIME);
  return JS_NewInt64(ctx, (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000);
}

/* exit(code): ends the process. */
static JSValue native_exit(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  int code;
  if (JS_ToInt32(ctx, &code, argv[0])) return JS_EXCEPTION;
  exit(code);
}

static const JSCFunctionListEntry entries[] = {
  JS_CFUNC_DEF("look", 1, native_look),       JS_CFUNC_DEF("readText", 2, native_read_text),     JS_CFUNC_DEF("create", 3, native_create),
  JS_CFUNC_DEF("makeFolder", 2, native_make_folder), JS_CFUNC_DEF("receive", 1, native_receive), JS_CFUNC_DEF("write", 2, native_write),
  JS_CFUNC_DEF("byteLength", 1, native_byte_length), JS_CFUNC_DEF("getenv", 1, native_getenv),   JS_CFUNC_DEF("monotonic", 0, native_monotonic),
  JS_CFUNC_DEF("now", 0, native_now),         JS_CFUNC_DEF("exit", 1, native_exit),              JS_PROP_STRING_DEF("version", AGENT_VERSION, 0),
};

static int initialize(JSContext *ctx, JSModuleDef *module) {
  return JS_SetModuleExportList(ctx, module, entries, sizeof entries / sizeof entries[0]);
}

JSModuleDef *js_init_module_native(JSContext *ctx, const char *name) {
  JSModuleDef *module = JS_NewCModule(ctx, name, initialize);
  if (module) JS_AddModuleExportList(ctx, module, entries, sizeof entries / sizeof entries[0]);
  return module;
}
