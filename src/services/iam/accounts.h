// The users, roles and managed policies of all accounts: durable in metadata, read through a cache that holds immutable
// records, so that a decision about access touches no database. One process writes; its writes drop what they touched
// from the cache before they return. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "metadata/metadata.h"
#include "services/iam/records.h"
#include "services/iam/settings.h"

namespace standpipe::iam {

// Keys in metadata. Names differ not only by case, so the key holds them in lower case.
std::string user_key(std::string_view account, std::string_view name);
std::string role_key(std::string_view account, std::string_view name);
std::string policy_key(std::string_view account, std::string_view name);
std::string access_key_key(std::string_view access_key_id);
// Who uses a managed policy, as "attached" or as "boundary": below it "user/<name>" and "role/<name>".
std::string usage_prefix(std::string_view account, std::string_view policy_arn, std::string_view as);

struct KeyOwner {
  std::string account, user;
  std::string secret;
  bool active = false;
};

// Records by metadata key. A record that was loaded while another was written is not kept, so nothing stale stays.
template <class Record>
class RecordCache {
 public:
  using Pointer = std::shared_ptr<const Record>;
  template <class Load>
  Pointer get(const std::string& key, Load load) {
    uint64_t generation;
    {
      const std::shared_lock lock(mutex_);
      if (const auto found = entries_.find(key); found != entries_.end()) return found->second;
      generation = generation_;
    }
    Pointer loaded = load();
    if (loaded == nullptr) return nullptr;
    const std::unique_lock lock(mutex_);
    if (generation != generation_) return loaded;
    if (entries_.size() >= kEntriesMax) entries_.clear();
    return entries_.try_emplace(key, std::move(loaded)).first->second;
  }
  void forget(const std::string& key) {
    const std::unique_lock lock(mutex_);
    ++generation_;
    entries_.erase(key);
  }
  void clear() {
    const std::unique_lock lock(mutex_);
    ++generation_;
    entries_.clear();
  }

 private:
  static constexpr size_t kEntriesMax = 20'000;
  std::shared_mutex mutex_;  // guards what follows
  std::unordered_map<std::string, Pointer> entries_;
  uint64_t generation_ = 0;
};

// One transaction over records. Used on one thread at a time.
class Changes {
 public:
  explicit Changes(MetadataTransaction& transaction) : transaction_(transaction) {}
  // nullopt also when a name differs in case only.
  std::optional<UserRecord> user(std::string_view account, std::string_view name);
  std::optional<RoleRecord> role(std::string_view account, std::string_view name);
  std::optional<PolicyRecord> policy(std::string_view arn);  // customer-managed
  bool exists(const std::string& key) { return transaction_.get(key).has_value(); }
  void put(const UserRecord& user);
  void put(const RoleRecord& role);
  void put(const PolicyRecord& policy);
  void put(const std::string& key, std::string_view value);
  void remove(const std::string& key);
  size_t count(const std::string& prefix) { return transaction_.scan(prefix).size(); }
  const std::vector<std::string>& touched() const { return touched_; }

 private:
  MetadataTransaction& transaction_;
  std::vector<std::string> touched_;
};

class Accounts {
 public:
  Accounts(Metadata& metadata, Settings settings);

  // nullptr: there is none.
  std::shared_ptr<const UserRecord> user(std::string_view account, std::string_view name);
  std::shared_ptr<const RoleRecord> role(std::string_view account, std::string_view name);
  std::shared_ptr<const RoleRecord> role(std::string_view arn);    // the ARN with its path
  std::shared_ptr<const PolicyRecord> policy(std::string_view arn);  // customer- or AWS-managed
  std::shared_ptr<const KeyOwner> key(const std::string& access_key_id);

  // An exception from `body` undoes everything and is passed on. `body` may run on another thread.
  void change(const std::function<void(Changes&)>& body);
  // After the metadata was emptied.
  void forget();

  Metadata& metadata() { return metadata_; }
  policy::PolicyCache& parsed() { return parsed_; }
  const Settings& settings() const { return settings_; }
  std::string seal_secret(std::string_view secret) const;

 private:
  void parse_inline(IdentityRecord& identity);
  std::shared_ptr<const KeyOwner> load_key(const std::string& access_key_id);

  Metadata& metadata_;
  const Settings settings_;
  policy::PolicyCache parsed_;
  RecordCache<UserRecord> users_;
  RecordCache<RoleRecord> roles_;
  RecordCache<PolicyRecord> policies_;
  RecordCache<KeyOwner> keys_;
};

}  // namespace standpipe::iam
