// A service provider with the fault that FAULT names, and the functions of kernel32 that a backend looks up.
#include <stdint.h>
#include <string.h>

int startups = 0;

static int cleanUp(int *error) {
  (void)error;
  --startups;
  return 0;
}

static int ioctl(void) { return -1; }

struct Upcalls {
  void *entries[15];
};

int WSPStartup(uint16_t version, uint16_t *data, void *info, struct Upcalls upcalls, void **functions) {
  (void)info;
  (void)upcalls;
  ++startups;
  data[0] = strcmp(FAULT, "OLD_VERSION") == 0 ? 0x0102 : version;
  functions[5] = (void *)cleanUp;
  functions[16] = strcmp(FAULT, "NO_IOCTL") == 0 ? 0 : (void *)ioctl;
  return 0;
}

void *GetCurrentProcess(void) { return 0; }
void *GetCurrentThread(void) { return 0; }
int DuplicateHandle(void) { return 0; }
int CloseHandle(void) { return 0; }
int CancelIoEx(void) { return 0; }
int RegisterWaitForSingleObject(void) { return 0; }
int UnregisterWaitEx(void) { return 0; }
