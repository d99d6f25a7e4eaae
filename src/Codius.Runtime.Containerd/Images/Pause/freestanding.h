// What the programs of the pause image have instead of a library: the kernel, and a beginning that calls `run`. They
// have no data and no relocations, everything is on the stack, so that their code is the whole program.

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

#if defined(__x86_64__)
enum {
  SYS_read = 0, SYS_write = 1, SYS_close = 3, SYS_socket = 41, SYS_connect = 42, SYS_sendto = 44, SYS_recvfrom = 45,
  SYS_shutdown = 48, SYS_bind = 49, SYS_listen = 50, SYS_setsockopt = 54, SYS_getsockopt = 55, SYS_exit = 60,
  SYS_sethostname = 170, SYS_ppoll = 271, SYS_accept4 = 288
};

static long call(long number, long a, long b, long c, long d, long e) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = 0;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

__asm__(".section .text.start\n"
        "xor %ebp, %ebp\n"
        "and $-16, %rsp\n"
        "call run\n"
        ".previous");
#elif defined(__aarch64__)
enum {
  SYS_close = 57, SYS_read = 63, SYS_write = 64, SYS_ppoll = 73, SYS_exit = 93, SYS_sethostname = 161,
  SYS_socket = 198, SYS_bind = 200, SYS_listen = 201, SYS_connect = 203, SYS_sendto = 206, SYS_recvfrom = 207,
  SYS_setsockopt = 208, SYS_getsockopt = 209, SYS_shutdown = 210, SYS_accept4 = 242
};

static long call(long number, long a, long b, long c, long d, long e) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = 0;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}

__asm__(".section .text.start\n"
        "mov x29, xzr\n"
        "b run\n"
        ".previous");
#endif
