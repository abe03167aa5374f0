#include "services/lambda/sandbox/control_channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <system_error>

namespace standpipe::sandbox {
namespace {

void wait_readable(int socket, Deadline deadline) {
  pollfd entry{socket, POLLIN, 0};
  for (;;) {
    const int left = static_cast<int>(std::min<int64_t>(deadline.left().count(), 60'000));
    const int ready = ::poll(&entry, 1, left);
    if (ready > 0) return;
    if (ready < 0 && errno != EINTR) throw_errno("poll of the sandbox's control channel");
    if (deadline.passed()) {
      errno = ETIMEDOUT;
      throw_errno("the sandbox's helper does not answer");
    }
  }
}

void take_descriptors(const msghdr& header, std::vector<Descriptor>& into) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c; c = CMSG_NXTHDR(const_cast<msghdr*>(&header), c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd;
      std::memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
      into.emplace_back(fd);
    }
  }
}

}  // namespace

void throw_errno(const std::string& what) { throw std::system_error(errno, std::system_category(), what); }

void send_control(int socket, std::string_view text, const std::vector<int>& descriptors) {
  uint32_t size = static_cast<uint32_t>(text.size());
  std::string bytes(reinterpret_cast<const char*>(&size), sizeof size);
  bytes += text;
  size_t sent = 0;
  while (sent < bytes.size()) {
    iovec part{bytes.data() + sent, bytes.size() - sent};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    alignas(cmsghdr) char control[CMSG_SPACE(kControlDescriptorsMax * sizeof(int))] = {};
    if (sent == 0 && !descriptors.empty()) {
      header.msg_control = control;
      header.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
      cmsghdr* c = CMSG_FIRSTHDR(&header);
      c->cmsg_level = SOL_SOCKET;
      c->cmsg_type = SCM_RIGHTS;
      c->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
      std::memcpy(CMSG_DATA(c), descriptors.data(), descriptors.size() * sizeof(int));
    }
    const ssize_t n = ::sendmsg(socket, &header, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("write to the sandbox's control channel");
    sent += static_cast<size_t>(n);
  }
}

ControlMessage receive_control(int socket, Deadline deadline) {
  ControlMessage message;
  std::string bytes;
  size_t wanted = sizeof(uint32_t);
  bool sized = false;
  while (bytes.size() < wanted) {
    wait_readable(socket, deadline);
    std::vector<char> buffer(std::min<size_t>(wanted - bytes.size(), 65536));
    iovec part{buffer.data(), buffer.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(kControlDescriptorsMax * sizeof(int))];
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    const ssize_t n = ::recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read from the sandbox's control channel");
    take_descriptors(header, message.descriptors);
    if (n == 0) return {};
    bytes.append(buffer.data(), static_cast<size_t>(n));
    if (!sized && bytes.size() >= sizeof(uint32_t)) {
      uint32_t size;
      std::memcpy(&size, bytes.data(), sizeof size);
      if (size > kControlBytesMax) {
        errno = EMSGSIZE;
        throw_errno("the sandbox's control message");
      }
      wanted += size;
      sized = true;
    }
  }
  message.text = bytes.substr(sizeof(uint32_t));
  return message;
}

}  // namespace standpipe::sandbox
