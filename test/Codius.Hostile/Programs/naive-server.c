/* A web server that believes whatever it is sent: naive-server PORT. It tells every request's head as its body, knows
   Connection: close and Content-Length and nothing else, and has no limits. GET /seen lists all request lines. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HEAD (1 << 20)
#define SEEN (1 << 16)

static char *seen;

static void say(int fd, const char *text, size_t length) {
  while (length > 0) {
    ssize_t n = write(fd, text, length);
    if (n <= 0) _exit(0);
    text += n;
    length -= n;
  }
}

static void answer(int fd, const char *extra, const char *body) {
  char head[512];
  int length = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n%s\r\n", strlen(body), extra);
  say(fd, head, length);
  say(fd, body, strlen(body));
}

/* What hostile pods answer. */
static int misbehave(int fd, const char *head) {
  static const char line[] = "X-Endless: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n";
  static const char switched[] = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: anything\r\n\r\n";
  if (!strncmp(head, "GET /endless ", 13)) {
    say(fd, "HTTP/1.1 200 OK\r\n", 17);
    for (;;) say(fd, line, sizeof line - 1);
  }
  if (!strncmp(head, "GET /switch ", 12)) return say(fd, switched, sizeof switched - 1), 1;
  if (!strncmp(head, "GET /cookie ", 12))
    return answer(fd, "Set-Cookie: id=1; Domain=localhost; Path=/\r\n", "cookie"), 1;
  if (!strncmp(head, "GET /seen ", 10)) return answer(fd, "", seen), 1;
  return 0;
}

static void serve(int fd) {
  static char head[HEAD + 1];
  size_t length = 0;
  for (;;) {
    char *end;
    while (head[length] = 0, !(end = strstr(head, "\r\n\r\n"))) {
      ssize_t n = length < HEAD ? read(fd, head + length, HEAD - length) : 0;
      if (n <= 0) _exit(0);
      length += n;
    }
    char after = end[2];
    end[2] = 0;
    snprintf(seen + strlen(seen), SEEN - strlen(seen), "%.*s\n", (int)strcspn(head, "\r\n"), head);
    int last = strcasestr(head, "\nconnection: close") != NULL;
    if (!misbehave(fd, head)) answer(fd, "", head);
    if (last) _exit(0);
    char *field = strcasestr(head, "\ncontent-length:");
    size_t body = field ? strtoul(field + 16, NULL, 10) : 0;
    end[2] = after;
    size_t used = end + 4 - head;
    while (length < used + body && length < HEAD) {
      ssize_t n = read(fd, head + length, HEAD - length);
      if (n <= 0) _exit(0);
      length += n;
    }
    length -= used + body;
    memmove(head, head + used + body, length);
  }
}

int main(int count, char **arguments) {
  struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(count > 1 ? atoi(arguments[1]) : 8080) };
  int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  seen = mmap(NULL, SEEN, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  signal(SIGCHLD, SIG_IGN);
  signal(SIGTERM, _exit);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 100)) return perror("listen"), 1;
  for (;;) {
    int fd = accept(listener, NULL, NULL);
    if (fd >= 0 && fork() == 0) serve(fd);
    close(fd);
  }
}
