/* What both halves of what the agent asks of the system need. */
#ifndef AGENT_H
#define AGENT_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include "quickjs.h"

/* A number of at least 0, or the negative errno. */
static inline JSValue result(JSContext *ctx, int64_t code) {
  return JS_NewInt64(ctx, code < 0 ? -errno : code);
}

/* Puts a value into a list; where that cannot be, the list becomes an exception, and stays one. */
static inline void put(JSContext *ctx, JSValue *list, uint32_t at, JSValue value) {
  if (JS_IsException(*list)) {
    JS_FreeValue(ctx, value);
  } else if (JS_IsException(value) || JS_DefinePropertyValueUint32(ctx, *list, at, value, JS_PROP_C_W_E) < 0) {
    JS_FreeValue(ctx, *list);
    *list = JS_EXCEPTION;
  }
}

/* The text, or null when it is not UTF-8 or holds NUL. */
JSValue agent_text(JSContext *ctx, const uint8_t *bytes, size_t length);
/* One character for each byte. */
JSValue agent_one_to_one(JSContext *ctx, const uint8_t *bytes, size_t length);

/* memory.c: in place of JS_NewRuntime. */
JSRuntime *agent_runtime(void);

/* The modules, as qjsc names their functions. */
JSModuleDef *js_init_module_native(JSContext *ctx, const char *name);
JSModuleDef *js_init_module_scanner(JSContext *ctx, const char *name);

#endif
