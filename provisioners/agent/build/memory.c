/*
 * Memory for QuickJS. The exporter is started for every scrape and does little but allocate; musl's allocator, which is made
 * to be safe and small, took a third of its time and asked the kernel for memory a page at a time. Here pieces are cut from
 * large regions and kept by size when they are freed; what is larger than LARGEST is left to musl.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "quickjs.h"

/* Sizes and addresses are multiples of it. */
#define GRAIN 16
/* A piece's size, head included, stands in front of it. */
#define HEAD sizeof(size_t)
/* Pieces up to FINE come in every size, then in powers of two. */
#define FINE 1024
#define LARGEST (64 * 1024)
#define KINDS (FINE / GRAIN + 7)
#define REGION (256 * 1024)
#define COLLECT_FROM (4 * 1024 * 1024)

typedef struct piece {
  struct piece *next;
} piece;

static piece *freed[KINDS];
/* What is left of the last region. */
static char *rest, *rest_end;

static size_t *size_of(void *pointer) {
  return (size_t *)pointer - 1;
}

static size_t log2_of(size_t number) {
  return 63 - (size_t)__builtin_clzl(number);
}

/* Head included; 0 when that is more than there can be. */
static size_t size_for(size_t wanted) {
  if (wanted > PTRDIFF_MAX - 2 * GRAIN) return 0;
  size_t size = (wanted + HEAD + GRAIN - 1) / GRAIN * GRAIN;
  if (size <= FINE || size > LARGEST) return size;
  return (size_t)1 << (log2_of(size - 1) + 1);
}

static piece **freed_of(size_t size) {
  return &freed[size <= FINE ? size / GRAIN : FINE / GRAIN + log2_of(size) - log2_of(FINE)];
}

/* Of a size that size_for gave, up to LARGEST; NULL when there is no memory. */
static void *cut(size_t size) {
  piece **of_size = freed_of(size), *free_piece = *of_size;
  if (free_piece) {
    *of_size = free_piece->next;
    return free_piece;
  }
  if ((size_t)(rest_end - rest) < size) {
    /* A scrape needs nearly all of the first one and no other: one call for all its pages. */
    char *region = mmap(NULL, REGION, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | (rest ? 0 : MAP_POPULATE), -1, 0);
    if (region == MAP_FAILED) return NULL;
    rest = region + GRAIN - HEAD;
    rest_end = region + REGION;
  }
  void *pointer = rest + HEAD;
  rest += size;
  *size_of(pointer) = size;
  return pointer;
}

static void *take(JSMallocState *state, size_t wanted) {
  size_t size = size_for(wanted);
  if (size == 0) return NULL;
  char *pointer;
  if (size <= LARGEST) {
    pointer = cut(size);
    if (!pointer) return NULL;
  } else {
    pointer = malloc(size + GRAIN);
    if (!pointer) return NULL;
    pointer += GRAIN;
    *size_of(pointer) = size;
  }
  state->malloc_count++;
  state->malloc_size += size;
  return pointer;
}

static void give(JSMallocState *state, void *pointer) {
  if (!pointer) return;
  size_t size = *size_of(pointer);
  state->malloc_count--;
  state->malloc_size -= size;
  if (size > LARGEST) {
    free((char *)pointer - GRAIN);
    return;
  }
  piece *free_piece = pointer, **of_size = freed_of(size);
  free_piece->next = *of_size;
  *of_size = free_piece;
}

static void *resize(JSMallocState *state, void *pointer, size_t wanted) {
  if (!pointer) return wanted == 0 ? NULL : take(state, wanted);
  if (wanted == 0) {
    give(state, pointer);
    return NULL;
  }
  size_t before = *size_of(pointer), size = size_for(wanted);
  if (size == 0) return NULL;
  if (before > LARGEST && size > LARGEST) {
    char *moved = realloc((char *)pointer - GRAIN, size + GRAIN);
    if (!moved) return NULL;
    moved += GRAIN;
    *size_of(moved) = size;
    state->malloc_size += size - before;
    return moved;
  }
  if (before <= LARGEST && wanted <= before - HEAD) return pointer;
  void *moved = take(state, wanted);
  if (!moved) return NULL;
  size_t held = before - HEAD;
  memcpy(moved, pointer, held < wanted ? held : wanted);
  give(state, pointer);
  return moved;
}

static size_t usable(const void *pointer) {
  return *((const size_t *)pointer - 1) - HEAD;
}

/* In place of JS_NewRuntime. */
JSRuntime *agent_runtime(void) {
  static const JSMallocFunctions functions = { take, give, resize, usable };
  JSRuntime *runtime = JS_NewRuntime2(&functions, NULL);
  if (runtime) JS_SetGCThreshold(runtime, COLLECT_FROM);
  return runtime;
}
