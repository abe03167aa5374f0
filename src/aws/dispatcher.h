// The life of a request: route, authenticate, decode, authorize, validate, invoke, encode: each a named step, in AWS's
// order, the same for every service. Thread-safe after the last `add`.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "aws/access.h"
#include "aws/caller.h"
#include "aws/protocol.h"
#include "aws/service.h"
#include "aws/shortcut.h"
#include "aws/signature.h"
#include "base/clock.h"

namespace standpipe::aws {

class Dispatcher {
 public:
  // `default_region` counts for requests that name none.
  Dispatcher(const Caller& caller, const Credentials& credentials, Clock& clock, std::string default_region);

  void add(Service& service);
  void add(RawService& service);  // asked before the modelled services, in order of addition
  void add(Shortcut& shortcut);   // after its service

  net::Response serve(net::Request& http) const;
  // The most that a body may have, judged by the head alone.
  uint64_t body_limit(const net::Request& head) const;
  // The answer to a request whose body is too long, or for which no thread is free.
  net::Response refusal(const net::Request& head, int status) const;

 private:
  // Where a request goes, found before anybody is asked who sent it.
  struct Destination {
    Service* service = nullptr;
    std::string path;    // S3: "/bucket/key", whatever form the host had
    std::string region;  // from the host name, may be empty
  };
  net::Response serve_modelled(Request& request, net::Request& http) const;
  Destination destination(const net::Request& http, const Wire& wire) const;
  Service* by_signature(const net::Request& http) const;
  Request begin(const net::Request& http) const;
  AuthRules rules(const ServiceModel& model) const;
  // Throws what is wrong with the signature, and remembers it as a refusal of whom the key belongs to.
  Authenticated authenticated(const net::Request& http, const AuthRules& rules, const Refusal& refusal) const;
  void authenticate_as(Request& request, net::Request& http, const ServiceModel& model,
                       const OperationModel* operation) const;
  net::Response serve_raw(RawService& service, Request& request, net::Request& http) const;
  net::Response serve_operation(const Destination& found, const Wire& wire, Request& request, net::Request& http) const;
  std::optional<net::Response> serve_shortcut(const Destination& found, const Wire& wire,
                                              const OperationModel& operation, const Request& request,
                                              const net::Request& http) const;

  const Caller& caller_;
  const Credentials& credentials_;
  Clock& clock_;
  std::string default_region_;
  std::vector<Service*> services_;
  std::vector<RawService*> raw_services_;
  std::map<const OperationModel*, Shortcut*> shortcuts_;
};

}  // namespace standpipe::aws
