/*
 * Scrapes programs as systemd starts them, one after the other, each with its connection as standard input and output, and
 * prints how long each took until its answer was whole, in milliseconds, as JSON: a list for each program. In C, as systemd
 * is: what starts the program is in the figure, and a runtime with threads and a heap doubles it.
 * Usage: c-scrape COUNT PAUSE_MILLISECONDS PROGRAM...
 */
#define _GNU_SOURCE
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The first ones warm up. */
#define WARM 5

static const char request[] = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5\r\n\r\n";
static char answer[1 << 20];

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* Bytes of the whole answer; 0 while its head has not come. */
static size_t whole(void) {
  static const char field[] = "\r\nContent-Length: ";
  const char *end = strstr(answer, "\r\n\r\n"), *length = strstr(answer, field);
  if (!end) return 0;
  if (!length || length > end) errx(1, "an answer that does not say how long it is");
  return (size_t)(end + 4 - answer) + strtoul(length + sizeof field - 1, NULL, 10);
}

/* posix_spawn would set 64 signals and take a stack of its own, which interrupts the other processor. */
static pid_t start(char *program, int connection) {
  pid_t child = vfork();
  if (child < 0) err(1, "vfork");
  if (child > 0) return child;
  dup2(connection, 0);
  dup2(connection, 1);
  execv(program, (char *[]){program, NULL});
  _exit(127);
}

static double scrape(char *program) {
  int pair[2], status;
  size_t length = 0;
  double began = now();
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) err(1, "socketpair");
  pid_t child = start(program, pair[1]);
  close(pair[1]);
  if (write(pair[0], request, sizeof request - 1) < 0) err(1, "%s", program);
  do {
    ssize_t got = read(pair[0], answer + length, sizeof answer - 1 - length);
    if (got <= 0) errx(1, "%s: half an answer", program);
    answer[length += (size_t)got] = 0;
  } while (whole() == 0 || length < whole());
  double took = now() - began;
  if (waitpid(child, &status, 0) < 0 || status != 0 || !strstr(answer, "cis_pass_ratio")) errx(1, "%s: no metrics", program);
  close(pair[0]);
  return took;
}

int main(int argc, char **argv) {
  if (argc < 4) errx(64, "usage: c-scrape COUNT PAUSE_MILLISECONDS PROGRAM...");
  int count = atoi(argv[1]), pause = atoi(argv[2]), programs = argc - 3;
  double *times = calloc((size_t)count * (size_t)programs, sizeof *times);
  if (!times) err(1, "calloc");
  signal(SIGPIPE, SIG_IGN);
  for (int at = -WARM; at < count; at++)
    for (int program = 0; program < programs; program++) {
      double took = scrape(argv[3 + program]);
      if (at >= 0) times[program * count + at] = took;
      if (pause > 0) usleep((useconds_t)pause * 1000);
    }
  for (int program = 0; program < programs; program++) {
    printf("%s[", program ? "," : "[");
    for (int at = 0; at < count; at++) printf("%s%.3f", at ? "," : "", times[program * count + at]);
    printf("]");
  }
  puts("]");
}
