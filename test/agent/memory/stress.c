/*
 * Takes, resizes and gives back pieces in an order that a seed decides, each filled with a pattern of its own that is looked
 * at before it goes: two pieces that overlap, a resize that loses bytes or a piece shorter than it was asked for shows.
 * Usage: stress SEED STEPS
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quickjs.h"

JSRuntime *agent_runtime(void);

static const JSMallocFunctions *memory;
JSRuntime *JS_NewRuntime2(const JSMallocFunctions *functions, void *opaque) {
  memory = functions;
  return opaque;
}
void JS_SetGCThreshold(JSRuntime *runtime, size_t threshold) {
  (void)runtime, (void)threshold;
}

#define PIECES 2000
static struct { unsigned char *at; size_t size; unsigned char pattern; } pieces[PIECES];

static uint64_t seed;
static uint64_t chance(uint64_t below) {
  seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
  return seed % below;
}

/* Mostly small, as an engine's are; now and then around the borders between kinds, and past the largest. */
static size_t a_size(void) {
  static const size_t borders[] = {16, 1016, 1024, 2040, 32760, 65528, 65536, 131072, 400000};
  switch (chance(32)) {
  case 0: return borders[chance(sizeof borders / sizeof *borders)] - 9 + chance(18);
  case 1: return 1 + chance(80000);
  default: return 1 + chance(300);
  }
}

static void fail(const char *what, size_t size) {
  fprintf(stderr, "%s (%zu bytes)\n", what, size);
  exit(1);
}

static void look(size_t which, size_t upto) {
  for (size_t at = 0; at < upto; at++)
    if (pieces[which].at[at] != pieces[which].pattern) fail("bytes changed", pieces[which].size);
}

static void fill(size_t which, void *at, size_t size) {
  if (!at) fail("no memory", size);
  if ((uintptr_t)at % 16) fail("not aligned", size);
  if (memory->js_malloc_usable_size(at) < size) fail("too short", size);
  pieces[which].at = at;
  pieces[which].size = size;
  pieces[which].pattern = (unsigned char)chance(256);
  memset(at, pieces[which].pattern, memory->js_malloc_usable_size(at));
}

int main(int count, char **args) {
  if (count != 3) return 64;
  JSMallocState state = {0};
  agent_runtime();
  seed = strtoull(args[1], NULL, 10) * 2654435761u + 88172645463325252u;
  for (long step = strtol(args[2], NULL, 10); step > 0; step--) {
    size_t which = chance(PIECES), size = a_size();
    if (!pieces[which].at) fill(which, chance(2) ? memory->js_malloc(&state, size) : memory->js_realloc(&state, NULL, size), size);
    else if (chance(3)) {
      look(which, pieces[which].size);
      size_t before = pieces[which].size;
      void *moved = memory->js_realloc(&state, pieces[which].at, size);
      if (!moved) fail("no memory", size);
      pieces[which].at = moved;
      look(which, size < before ? size : before);
      fill(which, moved, size);
    } else {
      look(which, pieces[which].size);
      if (chance(2)) memory->js_free(&state, pieces[which].at);
      else if (memory->js_realloc(&state, pieces[which].at, 0)) fail("still there", 0);
      pieces[which].at = NULL;
    }
  }
  for (size_t which = 0; which < PIECES; which++)
    if (pieces[which].at) look(which, pieces[which].size), memory->js_free(&state, pieces[which].at);
  memory->js_free(&state, NULL);
  if (state.malloc_count || state.malloc_size) fail("not all given back", state.malloc_size);
  if (memory->js_malloc(&state, SIZE_MAX) || memory->js_malloc(&state, PTRDIFF_MAX)) fail("more than there is", 0);
  void *kept = memory->js_malloc(&state, 40);
  if (memory->js_realloc(&state, kept, SIZE_MAX - 8) || state.malloc_count != 1) fail("lost by a resize that failed", 40);
  return 0;
}
