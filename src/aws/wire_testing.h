// Requests for the tests of the codecs, and the whole way from one to its input.
#pragma once

#include <string>

#include "aws/protocol.h"

namespace standpipe::aws {

inline net::Request json_request(const std::string& target, std::string body) {
  net::Request http{.method = "POST", .target = "/"};
  http.headers = {{"Content-Type", "application/x-amz-json-1.1"}, {"X-Amz-Target", target}};
  http.body = net::Body(std::move(body));
  return http;
}

inline net::Request form_request(std::string body) {
  net::Request http{.method = "POST", .target = "/"};
  http.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  http.body = net::Body(std::move(body));
  return http;
}

inline net::Request plain_request(std::string method, std::string target, std::string body = {}) {
  net::Request http{.method = std::move(method), .target = std::move(target)};
  http.body = net::Body(std::move(body));
  return http;
}

template <class Input>
struct Decoded {
  Input input{};
  Missing missing;
};

// Input's service and operation must be what the request asks for.
template <class Input>
Decoded<Input> decode_as(const ServiceModel& model, const net::Request& http) {
  const Wire wire = detect(http);
  const Route found = route(model, wire, http, http.path());
  if (found.operation->name != Input::kOperation)
    throw std::runtime_error("routed to " + std::string(found.operation->name));
  Decoded<Input> result;
  result.missing = decode(model, wire, found, http, &result.input);
  return result;
}

// "Code: message" of the aws::Error that `call` throws, or "none".
template <class Call>
std::string error_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code + ": " + error.what();
  }
  return "none";
}

inline std::string body_of(const net::Response& response) { return std::get<std::string>(response.body); }

}  // namespace standpipe::aws
