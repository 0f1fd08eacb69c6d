/* The least that a program started for a scrape can do: it reads the request and hands out the file, whatever it is. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static char bytes[1 << 16];

int main(void) {
  if (read(0, bytes, sizeof bytes) <= 0) return 1;
  ssize_t length = read(open("/var/lib/cupel/metrics.prom", O_RDONLY), bytes, sizeof bytes);
  if (length < 0 || dprintf(1, "HTTP/1.1 200 OK\r\nContent-Length: %zd\r\nConnection: close\r\n\r\n", length) < 0) return 1;
  return write(1, bytes, (size_t)length) != length;
}
