// The first process of every pod. It holds the pod's namespaces open, and passes what programs in the pod say to
// 127.0.0.1:7768 on to 169.254.77.68:7768, where the machine's firewall has the one door that pods have to their host.
// It is in the pod's network whatever runs the pod, which nothing outside of a gVisor sandbox can be.

#include "freestanding.h"

enum { AF_INET = 2, SOCK_STREAM = 1, SOCK_NONBLOCK = 04000, SOL_SOCKET = 1, SO_REUSEADDR = 2, SO_ERROR = 4 };
enum { MSG_NOSIGNAL = 0x4000, MSG_DONTWAIT = 0x40, SHUT_WR = 1, POLLIN = 1, POLLOUT = 4, POLLERR = 8, POLLHUP = 16 };
enum { EAGAIN = 11, EINTR = 4, EINPROGRESS = 115 };

// So many at a time, fewer than the host lets a pod have; the next waits until one has ended.
enum { PAIRS = 8, BUFFER = 8192, BACKLOG = 16 };

struct address { u16 family; u8 port[2]; u8 ip[4]; u8 zero[8]; };
struct poll { int fd; u16 events; u16 seen; };

// One direction: what was read and is still to be written, and whether more may come.
struct way { u32 from, to; u8 ended, told; u8 bytes[BUFFER]; };

// A program's connection (0) and the host's for it (1); way[i] goes from fd[i] to the other.
struct pair { int fd[2]; u8 used, connecting; struct way way[2]; };

static long open_socket(void) { return call(SYS_socket, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0, 0, 0); }

static void set_address(struct address *at, u8 a, u8 b, u8 c, u8 d) {
  at->family = AF_INET;
  at->port[0] = 7768 >> 8;
  at->port[1] = 7768 & 255;
  at->ip[0] = a;
  at->ip[1] = b;
  at->ip[2] = c;
  at->ip[3] = d;
  for (volatile u8 *zero = at->zero; zero < at->zero + 8; zero++) *zero = 0;
}

static void end(struct pair *pair) {
  call(SYS_close, pair->fd[0], 0, 0, 0, 0);
  call(SYS_close, pair->fd[1], 0, 0, 0, 0);
  pair->used = 0;
}

static void begin(struct pair *pair, long listener) {
  struct address host;
  long client = call(SYS_accept4, listener, 0, 0, SOCK_NONBLOCK, 0);
  if (client < 0) return;
  long server = open_socket();
  if (server < 0) {
    call(SYS_close, client, 0, 0, 0, 0);
    return;
  }
  set_address(&host, 169, 254, 77, 68);
  long done = call(SYS_connect, server, (long)&host, sizeof host, 0, 0);
  pair->fd[0] = client;
  pair->fd[1] = server;
  pair->used = 1;
  pair->connecting = done == -EINPROGRESS;
  for (int i = 0; i < 2; i++) pair->way[i].from = pair->way[i].to = pair->way[i].ended = pair->way[i].told = 0;
  if (done < 0 && done != -EINPROGRESS) end(pair);
}

static int may_retry(long result) { return result == -EAGAIN || result == -EINTR; }

// Moves what can be moved from a side to the other; 0 when the connection is broken.
static int move(struct way *way, int in, int out) {
  if (way->from == way->to && !way->ended) {
    long n = call(SYS_recvfrom, in, (long)way->bytes, BUFFER, MSG_DONTWAIT, 0);
    if (n < 0) return may_retry(n);
    way->from = 0;
    way->to = n;
    way->ended = n == 0;
  }
  if (way->from < way->to) {
    long n = call(SYS_sendto, out, (long)(way->bytes + way->from), way->to - way->from, MSG_DONTWAIT | MSG_NOSIGNAL, 0);
    if (n < 0) return may_retry(n);
    way->from += n;
  }
  if (way->ended && !way->told) {
    call(SYS_shutdown, out, SHUT_WR, 0, 0, 0);
    way->told = 1;
  }
  return 1;
}

static void serve(struct pair *pair) {
  if (pair->connecting) {
    int error = 0;
    u32 length = sizeof error;
    call(SYS_getsockopt, pair->fd[1], SOL_SOCKET, SO_ERROR, (long)&error, (long)&length);
    pair->connecting = 0;
    if (error != 0) {
      end(pair);
      return;
    }
  }
  if (!move(&pair->way[0], pair->fd[0], pair->fd[1]) || !move(&pair->way[1], pair->fd[1], pair->fd[0])
      || (pair->way[0].told && pair->way[1].told))
    end(pair);
}

// What to wait for on one side: room for what goes there, and more from there once that has gone out on the other.
static u16 wanted(struct pair *pair, int side) {
  struct way *in = &pair->way[side], *out = &pair->way[1 - side];
  if (pair->connecting) return side == 1 ? POLLOUT : 0;
  return (in->from == in->to && !in->ended ? POLLIN : 0) | (out->from < out->to ? POLLOUT : 0);
}

__attribute__((noreturn)) void run(void) {
  struct pair pairs[PAIRS];
  struct poll polls[1 + 2 * PAIRS];
  struct address here;
  int one = 1;
  for (int i = 0; i < PAIRS; i++) pairs[i].used = 0;
  set_address(&here, 127, 0, 0, 1);
  long listener = open_socket();
  call(SYS_setsockopt, listener, SOL_SOCKET, SO_REUSEADDR, (long)&one, sizeof one);
  // Whatever fails, the pod goes on: it is the namespaces that it lives in.
  if (call(SYS_bind, listener, (long)&here, sizeof here, 0, 0) < 0 || call(SYS_listen, listener, BACKLOG, 0, 0, 0) < 0)
    listener = -1;
  for (;;) {
    struct pair *unused = 0;
    for (int i = 0; i < PAIRS; i++) {
      if (!pairs[i].used) unused = &pairs[i];
      for (int side = 0; side < 2; side++) {
        struct poll *poll = &polls[1 + 2 * i + side];
        u16 events = pairs[i].used ? wanted(&pairs[i], side) : 0;
        // Without anything to wait for not even an end is of interest: it would be reported again and again.
        poll->fd = events != 0 ? pairs[i].fd[side] : -1;
        poll->events = events;
        poll->seen = 0;
      }
    }
    polls[0].fd = unused ? listener : -1;
    polls[0].events = POLLIN;
    polls[0].seen = 0;
    if (call(SYS_ppoll, (long)polls, 1 + 2 * PAIRS, 0, 0, 0) <= 0) continue;
    for (int i = 0; i < PAIRS; i++)
      if (pairs[i].used && (polls[1 + 2 * i].seen | polls[2 + 2 * i].seen)) serve(&pairs[i]);
    if (polls[0].seen && unused) begin(unused, listener);
  }
}
