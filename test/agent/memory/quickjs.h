/* What memory.c takes of QuickJS, so that it can be tried alone. */
#pragma once
#include <stddef.h>

typedef struct JSMallocState {
  size_t malloc_count, malloc_size, malloc_limit;
  void *opaque;
} JSMallocState;

typedef struct JSMallocFunctions {
  void *(*js_malloc)(JSMallocState *state, size_t size);
  void (*js_free)(JSMallocState *state, void *pointer);
  void *(*js_realloc)(JSMallocState *state, void *pointer, size_t size);
  size_t (*js_malloc_usable_size)(const void *pointer);
} JSMallocFunctions;

typedef struct JSRuntime JSRuntime;
JSRuntime *JS_NewRuntime2(const JSMallocFunctions *functions, void *opaque);
void JS_SetGCThreshold(JSRuntime *runtime, size_t threshold);
