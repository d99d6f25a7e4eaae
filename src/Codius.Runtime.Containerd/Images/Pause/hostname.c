// Names the sandbox that it runs in with what it is told, and ends: with 0 if that is the name now. It says first that it
// is there.

#include "freestanding.h"

enum { IN = 0, OUT = 1, LONGEST = 64 };

__attribute__((noreturn)) void run(void) {
  u8 name[LONGEST], ready = '!';
  call(SYS_write, OUT, (long)&ready, 1, 0, 0);
  long length = call(SYS_read, IN, (long)name, LONGEST, 0, 0);
  long failed = length > 0 ? call(SYS_sethostname, (long)name, length, 0, 0, 0) : 1;
  for (;;) call(SYS_exit, failed != 0, 0, 0, 0, 0);
}
