/* What a shell cannot say: the system calls of an attack. Each prints "pwned" if it got through. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int tell(int through) {
  puts(through ? "pwned" : strerror(errno));
  return through ? 0 : 1;
}

/* Opens a file by what the kernel calls it, past every directory: handle MOUNTED-PATH TYPE HEX */
static int handle(char **a) {
  struct { unsigned bytes; int type; unsigned char data[128]; } file = { 0, atoi(a[1]), { 0 } };
  for (const char *hex = a[2]; *hex && file.bytes < sizeof file.data; hex += 2)
    sscanf(hex, "%2hhx", &file.data[file.bytes++]);
  int mounted = open(a[0], O_RDONLY);
  int fd = syscall(SYS_open_by_handle_at, mounted, &file, O_RDONLY);
  if (fd < 0) return tell(0);
  char text[256] = "";
  ssize_t n = read(fd, text, sizeof text - 1);
  return printf("%.*s\n", n < 0 ? 0 : (int)n, text) < 0;
}

/* The handle of a file, as TYPE and HEX: name PATH */
static int name(char **a) {
  struct { unsigned bytes; int type; unsigned char data[128]; } file = { 128, 0, { 0 } };
  int mount;
  if (syscall(SYS_name_to_handle_at, AT_FDCWD, a[0], &file, &mount, 0) < 0) return tell(0);
  printf("%d ", file.type);
  for (unsigned i = 0; i < file.bytes; i++) printf("%02x", file.data[i]);
  return puts("") < 0;
}

/* Runs a program as another user: as UID PROGRAM ARGUMENTS */
static int as(char **a) {
  int user = atoi(a[0]);
  if (setgroups(0, NULL) || setgid(user) || setuid(user)) return tell(0);
  execv(a[1], a + 1);
  return tell(0);
}

static int bpf(char **a) {
  struct bpf_insn program[] = { { BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0 }, { BPF_JMP | BPF_EXIT, 0, 0, 0, 0 } };
  union bpf_attr attributes = {
    .prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = (unsigned long)program, .insn_cnt = 2,
    .license = (unsigned long)"GPL",
  };
  (void)a;
  return tell(syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes) >= 0);
}

static int key(char **a) {
  (void)a;
  long made = syscall(SYS_add_key, "user", "codius-hostile", "x", 1, -4 /* the user's keyring */);
  if (made >= 0) syscall(SYS_keyctl, 3 /* revoke */, made);
  return tell(made >= 0);
}

/* Sets the zone that is set: the clock stays right. */
static int set_clock(char **a) {
  struct timeval now;
  struct timezone zone;
  (void)a;
  gettimeofday(&now, &zone);
  return tell(syscall(SYS_settimeofday, NULL, &zone) == 0);
}

static int packet(char **a) { (void)a; return tell(socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)) >= 0); }

static int hypervisor(char **a) { (void)a; return tell(socket(AF_VSOCK, SOCK_STREAM, 0) >= 0); }

/* A datagram with a source address of one's own choice: forge FROM TO PORT TEXT */
static int forge(char **a) {
  struct { struct iphdr ip; struct udphdr udp; char text[64]; } p = { 0 };
  int length = strlen(a[3]), raw = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = inet_addr(a[1]) };
  p.ip = (struct iphdr) {
    .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP, .saddr = inet_addr(a[0]), .daddr = inet_addr(a[1]),
    .tot_len = htons(sizeof p.ip + sizeof p.udp + length),
  };
  p.udp.source = htons(1234);
  p.udp.dest = htons(atoi(a[2]));
  p.udp.len = htons(sizeof p.udp + length);
  memcpy(p.text, a[3], length);
  if (raw < 0) return tell(0);
  return tell(sendto(raw, &p, sizeof p.ip + sizeof p.udp + length, 0, (struct sockaddr *)&to, sizeof to) > 0);
}

/* datagram TO PORT TEXT */
static int datagram(char **a) {
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = inet_addr(a[0]), .sin_port = htons(atoi(a[1])) };
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  return sendto(fd, a[2], strlen(a[2]), 0, (struct sockaddr *)&to, sizeof to) < 0 ? tell(0) : 0;
}

/* Tells of each datagram that comes whom it is from: datagrams PORT */
static int datagrams(char **a) {
  struct sockaddr_in from = { .sin_family = AF_INET, .sin_port = htons(atoi(a[0])) };
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  char text[256];
  if (bind(fd, (struct sockaddr *)&from, sizeof from)) return tell(0);
  for (;;) {
    socklen_t length = sizeof from;
    ssize_t n = recvfrom(fd, text, sizeof text, 0, (struct sockaddr *)&from, &length);
    if (n < 0) return tell(0);
    printf("%s %.*s\n", inet_ntoa(from.sin_addr), (int)n, text);
    fflush(stdout);
  }
}

static int read_reply(int fd) {
  char text[64] = "";
  struct timeval patience = { .tv_sec = 2 };
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (read(fd, text, sizeof text - 1) <= 0) return tell(0);
  return printf("%s\n", text) < 0;
}

/* Connects over one link: link INTERFACE ADDRESS PORT */
static int link_local(char **a) {
  struct sockaddr_in6 to = {
    .sin6_family = AF_INET6, .sin6_port = htons(atoi(a[2])), .sin6_scope_id = if_nametoindex(a[0]),
  };
  struct timeval patience = { .tv_sec = 2 };
  int fd = socket(AF_INET6, SOCK_STREAM, 0);
  inet_pton(AF_INET6, a[1], &to.sin6_addr);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (connect(fd, (struct sockaddr *)&to, sizeof to)) return tell(0);
  return read_reply(fd);
}

/* Connects to a socket that has no file: abstract NAME */
static int abstract(char **a) {
  struct sockaddr_un to = { .sun_family = AF_UNIX };
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  strncpy(to.sun_path + 1, a[0], sizeof to.sun_path - 2);
  if (connect(fd, (struct sockaddr *)&to, offsetof(struct sockaddr_un, sun_path) + 1 + strlen(a[0]))) return tell(0);
  return read_reply(fd);
}

/* Takes connections and does nothing with them: listen PORT */
static int listen_at(char **a) {
  struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(atoi(a[0])) };
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(fd, (struct sockaddr *)&here, sizeof here) || listen(fd, 4096)) return tell(0);
  return pause();
}

static long milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Opens many at once, and tells how many there are before the first is tried again, and in how many milliseconds they
   came to be: connections TO PORT COUNT */
static int connections(char **a) {
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = inet_addr(a[0]), .sin_port = htons(atoi(a[1])) };
  int count = atoi(a[2]), open = 0;
  struct pollfd *tried = calloc(count, sizeof *tried);
  for (int i = 0; i < count; i++) {
    tried[i] = (struct pollfd) { .fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), .events = POLLOUT };
    if (tried[i].fd < 0) return tell(0);
  }
  long began = milliseconds();
  for (int i = 0; i < count; i++) connect(tried[i].fd, (struct sockaddr *)&to, sizeof to);
  usleep(900 * 1000);
  poll(tried, count, 0);
  long took = milliseconds() - began;
  for (int i = 0; i < count; i++) open += (tried[i].revents & (POLLOUT | POLLERR | POLLHUP)) == POLLOUT;
  return printf("%d %ld\n", open, took) < 0;
}

static int ptrace_it(char **a) {
  int process = atoi(a[0]);
  if (ptrace(PTRACE_ATTACH, process, 0, 0)) return tell(0);
  waitpid(process, NULL, 0);
  ptrace(PTRACE_DETACH, process, 0, 0);
  return tell(1);
}

static int effective_user(char **a) { (void)a; return tell(geteuid() == 0); }

/* Whether Ctrl-Alt-Del asks the init process first, which it does already on a machine in use. */
static int reboot_it(char **a) { (void)a; return tell(reboot(RB_DISABLE_CAD) == 0); }

/* Opens the file again and again, and tells how often it could: files PATH */
static int files(char **a) {
  int count = 0;
  while (open(a[0], O_RDONLY) >= 0) count++;
  printf("%d\n", count);
  fflush(stdout);
  return a[1] ? pause() : 0;
}

/* Takes memory, a MiB at a time, and tells how far it came: memory MEBIBYTES */
static int memory(char **a) {
  for (int i = 1; i <= atoi(a[0]); i++) {
    char *piece = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (piece == MAP_FAILED) return tell(0);
    memset(piece, i, 1 << 20);
  }
  return tell(1);
}

static const struct { const char *name; int arguments; int (*run)(char **); } attacks[] = {
  { "handle", 3, handle }, { "name", 1, name }, { "as", 2, as }, { "bpf", 0, bpf }, { "key", 0, key },
  { "clock", 0, set_clock }, { "packet", 0, packet }, { "hypervisor", 0, hypervisor }, { "forge", 4, forge },
  { "datagram", 3, datagram }, { "datagrams", 1, datagrams },
  { "listen", 1, listen_at }, { "connections", 3, connections },
  { "link", 3, link_local }, { "abstract", 1, abstract }, { "ptrace", 1, ptrace_it }, { "euid", 0, effective_user },
  { "reboot", 0, reboot_it }, { "files", 1, files }, { "memory", 1, memory },
};

int main(int count, char **arguments) {
  for (unsigned i = 0; i < sizeof attacks / sizeof *attacks; i++)
    if (count > 1 && !strcmp(arguments[1], attacks[i].name) && count - 2 >= attacks[i].arguments)
      return attacks[i].run(arguments + 2);
  fputs("no such attack\n", stderr);
  return 2;
}
