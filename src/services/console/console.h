// The console's server side: the web application's files, sign-in, and an API for a browser that cannot sign requests.
// Every call is made as exactly the principal who signed in: authorized, validated and invoked as if signed.
//
//   /_console/                                                     the whole console, on plain addresses
//   https://<collection>.<region>.aoss.amazonaws.com/_dashboards/  one collection's part of it
//   /_aoss/<collection>/_dashboards/                               the same, on any name of this server
//
// A call is believed in this order: host name → origin → session → CSRF token → what is asked. Thread-safe.
#pragma once

#include <semaphore>
#include <string>

#include "aws/caller.h"
#include "aws/refusals.h"
#include "aws/service.h"
#include "aws/sign_in.h"
#include "base/json.h"
#include "services/console/attempts.h"
#include "services/console/pages.h"
#include "services/console/sessions.h"
#include "services/console/settings.h"
#include "services/console/visit.h"
#include "services/opensearch/collection_directory.h"
#include "services/opensearch/data_plane.h"

namespace standpipe::console {

struct Surroundings {
  const aws::Caller& caller;
  const aws::SignIn& sign_in;
  aws::Refusals& refusals;
  opensearch::DataPlane& data_plane;
  const opensearch::CollectionDirectory& collections;
  const Clock& clock;
};

class Console final : public aws::RawService {
 public:
  Console(const Surroundings& surroundings, Settings settings, std::span<const Asset> assets);

  bool serves(const net::Request& http) const override { return mount_of(http).has_value(); }
  std::string_view signing_name() const override { return {}; }
  net::Response refuse(const aws::Request& request, const aws::Error& error) override;
  net::Response serve(const aws::Request& request, net::Request& http) override;
  uint64_t body_limit(const net::Request& http) const override;

 private:
  // One call of the API on its way through.
  struct Visit {
    const aws::Request& request;
    net::Request& http;
    const Mount& mount;
    std::string path;  // after "api/"
    std::optional<aws::SignedIn> who;
    aws::Request as() const;  // the request as the principal who signed in
    std::string parameter(std::string_view name) const;
  };
  using Handler = net::Response (Console::*)(Visit&);
  struct Row {
    std::string_view path;  // ends with '/': whatever is below
    std::string_view method;
    bool session, json;  // needed
    Handler handler;
  };
  static const Row kRows[];

  net::Response serve_api(const aws::Request& request, net::Request& http, const Mount& mount);
  net::Response refused(Visit& visit, const Row& row);  // status 0: go on

  net::Response session(Visit& visit);  // sign_in.cc
  net::Response sign_in(Visit& visit);
  net::Response sign_out(Visit& visit);
  net::Response change_password(Visit& visit);
  net::Response call_aws(Visit& visit);  // calls.cc
  net::Response call_collection(Visit& visit);
  net::Response object(Visit& visit);
  net::Response list_refusals(Visit& visit);

  std::string token_for(const net::Request& http, std::string_view cookie) const;
  bool has_token(const net::Request& http) const;
  json::Object shown(const Visit& visit, const aws::SignedIn* who) const;
  net::Response begin_session(Visit& visit, aws::SignedIn who);
  net::Response sign_in_failed(Visit& visit, const std::optional<aws::Principal>& owner);

  struct Attempt {
    std::string account, user_name, password;
    std::string name;  // under which tries are counted
  };
  // One verification of a password, within the limits; an answer if there was none.
  std::optional<net::Response> verify(Visit& visit, const Attempt& attempt, std::optional<aws::SignedIn>& who);
  std::optional<net::Response> limited(Visit& visit, const std::string& name);

  const Surroundings around_;
  const Settings settings_;
  const Pages pages_;
  const std::string token_key_;
  mutable Sessions sessions_;
  Attempts attempts_;
  // Each takes 19 MiB and a core for a moment; whoever tries passwords gets no more than that.
  std::counting_semaphore<> hashing_{2};
};

net::Response answer(const json::Value& value);
net::Response error_answer(const aws::Error& error, const std::string& request_id);

}  // namespace standpipe::console
