#include "bound-sockets.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TCP_BOUND_INACTIVE = 13 };  // of the kernel's net/tcp_states.h

typedef struct {
  struct nlmsghdr header;
  struct inet_diag_req_v2 request;
} Question;

// Large enough for what the kernel sends at once.
typedef union {
  struct nlmsghdr header;
  uint8_t bytes[32768];
} Answer;

static int ask(int netlink, int family) {
  Question question;
  memset(&question, 0, sizeof question);
  question.header.nlmsg_len = sizeof question;
  question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  question.request.sdiag_family = (uint8_t)family;
  question.request.sdiag_protocol = IPPROTO_TCP;
  question.request.idiag_states = 1u << TCP_BOUND_INACTIVE;
  return send(netlink, &question, sizeof question, 0) < 0 ? -errno : 0;
}

static int64_t read_answers(int netlink, uint8_t *rows, size_t size) {
  size_t found = 0;
  for (;;) {
    Answer answer;
    ssize_t received = recv(netlink, &answer, sizeof answer, 0);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0) return -errno;
    if (received == 0) return -EIO;
    size_t left = (size_t)received;
    for (struct nlmsghdr *message = &answer.header; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
      if (message->nlmsg_type == NLMSG_DONE) return (int64_t)found;
      if (message->nlmsg_type == NLMSG_ERROR) {
        int error = ((struct nlmsgerr *)NLMSG_DATA(message))->error;
        return error < 0 ? error : -EIO;
      }
      if (message->nlmsg_len < NLMSG_LENGTH(sizeof(struct inet_diag_msg))) continue;
      if (found + sizeof(struct inet_diag_msg) <= size) memcpy(rows + found, NLMSG_DATA(message), sizeof(struct inet_diag_msg));
      found += sizeof(struct inet_diag_msg);
    }
  }
}

int64_t bound_sockets(int family, uint8_t *rows, size_t size) {
  int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (netlink < 0) return -errno;
  int64_t result = ask(netlink, family);
  if (result == 0) result = read_answers(netlink, rows, size);
  close(netlink);
  return result;
}
