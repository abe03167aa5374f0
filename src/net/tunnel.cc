#include "net/tunnel.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace standpipe::net {
namespace {

constexpr size_t kBufferBytes = 64 << 10;

// One direction: reads only when everything read before has been written, so a slow reader slows its writer down.
class Direction {
 public:
  Direction(int from, int to, std::atomic<uint64_t>& bytes) : from_(from), to_(to), bytes_(bytes) {}

  bool reads() const { return !ended_ && begin_ == end_; }
  bool writes() const { return begin_ < end_; }
  bool done() const { return ended_; }

  // False if the direction broke.
  bool read() {
    const ssize_t got = ::recv(from_, buffer_.get(), kBufferBytes, 0);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    if (got == 0) {
      ended_ = true;
      ::shutdown(to_, SHUT_WR);
      return true;
    }
    begin_ = 0;
    end_ = static_cast<size_t>(got);
    return write();
  }

  bool write() {
    const ssize_t sent = ::send(to_, buffer_.get() + begin_, end_ - begin_, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR;
    begin_ += static_cast<size_t>(sent);
    bytes_ += static_cast<uint64_t>(sent);
    return true;
  }

 private:
  const int from_, to_;
  std::atomic<uint64_t>& bytes_;
  const std::unique_ptr<char[]> buffer_{new char[kBufferBytes]};
  size_t begin_ = 0, end_ = 0;
  bool ended_ = false;
};

}  // namespace

void carry(int client, int target, Duration idle_time, TunnelBytes& bytes) {
  Direction up(client, target, bytes.up), down(target, client, bytes.down);
  while (!up.done() || !down.done()) {
    const auto events = [](const Direction& reader, const Direction& writer) {
      return static_cast<short>((reader.reads() ? POLLIN : 0) | (writer.writes() ? POLLOUT : 0));
    };
    pollfd waited[2] = {{client, events(up, down), 0}, {target, events(down, up), 0}};
    for (pollfd& one : waited) {
      if (one.events == 0) one.fd = -1;  // its end would be reported again and again
    }
    const int ready = ::poll(waited, 2, static_cast<int>(idle_time.count()));
    if (ready == 0) return;
    if (ready < 0 && errno != EINTR) return;
    if (ready < 0) continue;
    if ((waited[0].revents | waited[1].revents) & POLLNVAL) return;
    const auto readable = [](const pollfd& one) { return (one.revents & (POLLIN | POLLHUP | POLLERR)) != 0; };
    const auto writable = [](const pollfd& one) { return (one.revents & (POLLOUT | POLLHUP | POLLERR)) != 0; };
    if (up.writes() && writable(waited[1]) && !up.write()) return;
    if (down.writes() && writable(waited[0]) && !down.write()) return;
    if (up.reads() && readable(waited[0]) && !up.read()) return;
    if (down.reads() && readable(waited[1]) && !down.read()) return;
  }
}

}  // namespace standpipe::net
