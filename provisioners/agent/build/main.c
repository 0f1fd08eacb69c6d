/*
 * Starts a program of the agent: an engine with what the language needs of it and no more, the modules, the bytecode that
 * qjsc made (program.c). QuickJS' own library (quickjs-libc) stays out: it brings files, sockets, programs and a loader, and
 * making its modules took a sixth of a scrape.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>

#include "agent.h"

#define MAX_STACK (4 * 1024 * 1024)
/* Of the stack, what a scrape comes to use: six times a page, as the kernel gives it else, costs more than all at once. */
#define STACK_USED (6 * 4096)
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

extern const uint8_t program[];
extern const uint32_t program_size;

static void print_error(JSContext *ctx, JSValue error) {
  const char *message = JS_ToCString(ctx, error), *stack = NULL;
  if (JS_IsError(ctx, error)) stack = JS_ToCString(ctx, JS_GetPropertyStr(ctx, error, "stack"));
  fprintf(stderr, "%s\n%s", message ? message : "an error that cannot be told", stack ? stack : "");
}

static int arguments(JSContext *ctx, int argc, char **argv) {
  JSValue list = JS_NewArray(ctx), global = JS_GetGlobalObject(ctx);
  for (int at = 0; at < argc; at++) put(ctx, &list, (uint32_t)at, JS_NewString(ctx, argv[at]));
  int code = JS_IsException(list) ? -1 : JS_DefinePropertyValueStr(ctx, global, "scriptArgs", list, JS_PROP_C_W_E);
  JS_FreeValue(ctx, global);
  return code;
}

/* Runs the program to its end, as a rule by exit(). */
int main(int argc, char **argv) {
  uintptr_t stack = (uintptr_t)__builtin_frame_address(0) / 4096 * 4096;
  madvise((void *)(stack - STACK_USED), STACK_USED, MADV_POPULATE_WRITE); /* Linux 5.14 */
  JSRuntime *runtime = agent_runtime();
  JSContext *ctx = runtime ? JS_NewContextRaw(runtime) : NULL, *other;
  if (!ctx) {
    fputs("no memory\n", stderr);
    return 1;
  }
  /* Who no longer reads what we say must not kill us half-way; a failed write says so. */
  signal(SIGPIPE, SIG_IGN);
  JS_SetMaxStackSize(runtime, MAX_STACK);
  JS_AddIntrinsicBaseObjects(ctx);
  JS_AddIntrinsicRegExp(ctx);
  JS_AddIntrinsicMapSet(ctx);
  JS_AddIntrinsicPromise(ctx);
  js_init_module_native(ctx, "cupel-native");
#ifdef WITH_SCANNER
  JS_AddIntrinsicDate(ctx);
  JS_AddIntrinsicStringNormalize(ctx);
  JS_AddIntrinsicJSON(ctx);
  JS_AddIntrinsicTypedArrays(ctx);
  js_init_module_scanner(ctx, "cupel-scanner");
#endif
  JSValue module = arguments(ctx, argc, argv) < 0 ? JS_EXCEPTION : JS_ReadObject(ctx, program, program_size, JS_READ_OBJ_BYTECODE);
  JSValue done = JS_IsException(module) || JS_ResolveModule(ctx, module) < 0 ? JS_EXCEPTION : JS_EvalFunction(ctx, module);
  while (!JS_IsException(done) && JS_ExecutePendingJob(runtime, &other) > 0);
  if (!JS_IsException(done) && JS_PromiseState(ctx, done) == JS_PROMISE_FULFILLED) return 0;
  print_error(ctx, JS_IsException(done) ? JS_GetException(ctx) : JS_PromiseResult(ctx, done));
  return 1;
}
