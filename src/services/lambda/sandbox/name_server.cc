#include "services/lambda/sandbox/name_server.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <cstdint>

#include "base/bytes.h"
#include "services/lambda/sandbox/namespaces.h"

namespace standpipe::sandbox {
namespace {

constexpr size_t kHeaderBytes = 12;
constexpr size_t kMessageBytesMax = 4096;
constexpr size_t kConnectionsMax = 16;
constexpr uint16_t kTypeA = 1, kTypeAny = 255, kClassInternet = 1;
constexpr uint8_t kFormatError = 1, kNameError = 3, kNotImplemented = 4;
constexpr std::string_view kAwsDomains[] = {"amazonaws.com", "on.aws", "api.aws"};

uint16_t number_at(std::string_view bytes, size_t at) {
  return static_cast<uint16_t>(static_cast<uint8_t>(bytes[at]) << 8 | static_cast<uint8_t>(bytes[at + 1]));
}

void append_number(std::string& out, uint16_t number) {
  out.push_back(static_cast<char>(number >> 8));
  out.push_back(static_cast<char>(number & 0xff));
}

// The question's name in lower case without the last dot; `at` moves behind it. A question may not be compressed.
std::optional<std::string> read_name(std::string_view message, size_t& at) {
  std::string name;
  while (at < message.size()) {
    const auto length = static_cast<uint8_t>(message[at++]);
    if (length == 0) return to_lower(name);
    if (length > 63 || at + length > message.size() || name.size() + length > 253) return std::nullopt;
    if (!name.empty()) name.push_back('.');
    name.append(message.substr(at, length));
    at += length;
  }
  return std::nullopt;
}

std::string header(std::string_view message, uint8_t code, uint16_t questions, uint16_t answers) {
  std::string out(message.substr(0, 2));
  // answer, authoritative, recursion as asked and available
  out.push_back(static_cast<char>(0x84 | (message[2] & 0x01)));
  out.push_back(static_cast<char>(0x80 | code));
  append_number(out, questions);
  append_number(out, answers);
  append_number(out, 0);
  append_number(out, 0);
  return out;
}

}  // namespace

bool is_aws_name(std::string_view name) {
  for (const std::string_view domain : kAwsDomains) {
    if (name == domain) return true;
    if (name.size() > domain.size() && name.ends_with(domain) && name[name.size() - domain.size() - 1] == '.')
      return true;
  }
  return false;
}

std::optional<std::string> answer_name_query(std::string_view message) {
  if (message.size() < kHeaderBytes || (message[2] & 0x80) != 0) return std::nullopt;
  if ((message[2] & 0x78) != 0) return header(message, kNotImplemented, 0, 0);
  if (number_at(message, 4) != 1) return header(message, kFormatError, 0, 0);
  size_t at = kHeaderBytes;
  const auto name = read_name(message, at);
  if (!name || at + 4 > message.size()) return header(message, kFormatError, 0, 0);
  const uint16_t type = number_at(message, at), kind = number_at(message, at + 2);
  const std::string_view question = message.substr(kHeaderBytes, at + 4 - kHeaderBytes);

  const char* address = is_aws_name(*name) ? kAwsAddress : *name == "localhost" ? "127.0.0.1" : nullptr;
  if (!address) return header(message, kNameError, 1, 0).append(question);
  const bool answered = (type == kTypeA || type == kTypeAny) && kind == kClassInternet;
  std::string out = header(message, 0, 1, answered ? 1 : 0).append(question);
  if (!answered) return out;  // the name exists but has nothing of that type (AAAA)
  append_number(out, 0xc000 | kHeaderBytes);
  append_number(out, kTypeA);
  append_number(out, kClassInternet);
  append_number(out, 0);
  append_number(out, 60);  // seconds
  append_number(out, 4);
  in_addr bytes{};
  ::inet_pton(AF_INET, address, &bytes);
  return out.append(reinterpret_cast<const char*>(&bytes), sizeof bytes);
}

NameServer::NameServer(Watcher& watcher, Descriptor datagrams, Descriptor listener)
    : watcher_(watcher), datagrams_(std::move(datagrams)), listener_(std::move(listener)) {
  watcher_.watch(datagrams_.get(), [this] { answer_datagrams(); });
  watcher_.watch(listener_.get(), [this] { accept_connection(); });
}

NameServer::~NameServer() {
  watcher_.run([this] {
    watcher_.forget(datagrams_.get());
    watcher_.forget(listener_.get());
    for (const auto& [fd, connection] : connections_) watcher_.forget(fd);
  });
}

void NameServer::answer_datagrams() {
  char buffer[kMessageBytesMax];
  sockaddr_in peer{};
  // A few per wake-up, so that a flood does not starve the other sandboxes.
  for (int i = 0; i < 16; ++i) {
    socklen_t length = sizeof peer;
    const ssize_t n =
        ::recvfrom(datagrams_.get(), buffer, sizeof buffer, MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&peer), &length);
    if (n < 0) return;
    const auto answer = answer_name_query({buffer, static_cast<size_t>(n)});
    if (!answer) continue;
    ::sendto(datagrams_.get(), answer->data(), answer->size(), MSG_DONTWAIT | MSG_NOSIGNAL,
             reinterpret_cast<const sockaddr*>(&peer), length);
  }
}

void NameServer::accept_connection() {
  Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket) return;
  if (connections_.size() >= kConnectionsMax) close_connection(connections_.begin()->first);
  const int fd = socket.get();
  connections_[fd].socket = std::move(socket);
  watcher_.watch(fd, [this, fd] { read_connection(fd); });
}

void NameServer::read_connection(int fd) {
  std::string& received = connections_.at(fd).received;
  char buffer[kMessageBytesMax];
  const ssize_t n = ::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (n <= 0) return close_connection(fd);
  received.append(buffer, static_cast<size_t>(n));
  while (received.size() >= 2) {
    const size_t size = number_at(received, 0);
    if (size > kMessageBytesMax) return close_connection(fd);
    if (received.size() < 2 + size) return;
    const auto answer = answer_name_query(std::string_view(received).substr(2, size));
    received.erase(0, 2 + size);
    if (!answer) return close_connection(fd);
    std::string framed;
    append_number(framed, static_cast<uint16_t>(answer->size()));
    framed += *answer;
    if (::send(fd, framed.data(), framed.size(), MSG_DONTWAIT | MSG_NOSIGNAL) != static_cast<ssize_t>(framed.size())) {
      return close_connection(fd);
    }
  }
}

void NameServer::close_connection(int fd) {
  watcher_.forget(fd);
  connections_.erase(fd);
}

}  // namespace standpipe::sandbox
