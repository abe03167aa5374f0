// The settings of an index: the ways to write them, and which of them may change while it lives.
// https://docs.opensearch.org/latest/install-and-configure/configuring-opensearch/index-settings/
#pragma once

#include <string>

#include "base/json.h"

namespace standpipe::search {

// {"index": {"a": {"b": 1}}}, {"a.b": 1}, {"index.a.b": 1} … as {"index.a.b": 1}. Throws illegal_argument.
json::Object flat_settings(const json::Value& settings);
// The other way: {"index": {"a": {"b": 1}}}.
json::Value nested_settings(const json::Object& flat);
// `changes` over `settings`, both flat; null removes a setting. With `preserve` those that are set stay.
json::Object changed_settings(json::Object settings, const json::Object& changes, bool preserve);
// Refuses changes of settings that cannot change, or that do not exist. `index`: "[name/uuid]", for the text.
void check_changes(const json::Object& changes, const std::string& index);

}  // namespace standpipe::search
