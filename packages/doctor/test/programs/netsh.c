/* A netsh that prints the bytes of the file that NETSH_OUTPUT names, whatever its arguments. */
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  char buffer[4096];
  size_t size;
  FILE *file = fopen(getenv("NETSH_OUTPUT"), "rb");
  if (file == NULL) return 1;
  _setmode(_fileno(stdout), _O_BINARY);
  while ((size = fread(buffer, 1, sizeof buffer, file)) > 0) fwrite(buffer, 1, size, stdout);
  return 0;
}
