#include "libresources/matching/templates.h"

#include <algorithm>
#include <set>

#include "libbase/text.h"
#include "libresources/matching/predicate.h"

namespace sallyport {
namespace {

constexpr std::string_view kInternalNames[] = {
    "logins",   "windows_logins", "kubernetes_groups", "kubernetes_users",   "db_names",
    "db_users", "db_roles",       "aws_role_arns",     "azure_identities",   "gcp_service_accounts",
    "jwt",      "github_orgs",    "mcp_tools",         "default_relay_addr",
};

// Both namespaces read the same traits; only internal restricts the names.
class TraitFields : public PredicateFields {
 public:
  explicit TraitFields(const TraitMap& traits) : traits_(traits) {}

  Result<Value> Lookup(std::span<const std::string> path) const override {
    if (path.size() != 2) {
      return Fail(ErrorKind::kBadParameter, "a trait is written as {}.name", StripControl(path.front()));
    }
    const bool internal = path[0] == "internal";
    if (internal &&
        std::find(std::begin(kInternalNames), std::end(kInternalNames), path[1]) == std::end(kInternalNames)) {
      return Fail(ErrorKind::kBadParameter, "internal.{} is not a known trait", StripControl(path[1]));
    }
    const auto found = traits_.find(path[1]);
    if (found == traits_.end()) return Fail(ErrorKind::kNotFound, "the user has no trait {}", StripControl(path[1]));
    return Value::Strings(found->second);
  }

 private:
  const TraitMap& traits_;
};

// Gives every trait, to find out whether an expression could ever work.
class AnyFields : public PredicateFields {
 public:
  Result<Value> Lookup(std::span<const std::string> path) const override {
    const TraitMap none;
    const auto value = TraitFields(none).Lookup(path);
    if (!value && value.error().kind == ErrorKind::kBadParameter) return value;
    return Value::EmptyList();
  }
};

std::string_view TrimStart(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

std::string_view TrimEnd(std::string_view text) { return text.substr(0, text.find_last_not_of(" \t\r\n") + 1); }

}  // namespace

Result<Template> Template::Parse(std::string_view text) {
  Template made;
  const std::size_t open = text.find("{{");
  const std::size_t close = text.find("}}", open == std::string_view::npos ? 0 : open);
  if (open == std::string_view::npos && close == std::string_view::npos) {
    made.prefix_ = text;
    return made;
  }

  const auto refuse = [text] {
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("\"{}\" is not a template", StripControl(text)),
                        "write one {{expression}}, such as {{internal.logins}}");
  };
  if (open == std::string_view::npos || close == std::string_view::npos) return refuse();

  const std::string_view prefix = text.substr(0, open);
  const std::string_view inside = text.substr(open + 2, close - open - 2);
  const std::string_view suffix = text.substr(close + 2);
  for (const std::string_view part : {prefix, inside, suffix}) {
    if (part.find_first_of("{}") != std::string_view::npos) return refuse();
  }

  auto expression = Predicate::Parse(inside, PredicateDialect::kTemplate);
  if (!expression) return std::unexpected(InContext(StripControl(text), expression.error()));
  if (const auto tried = expression->EvaluateToValue(AnyFields()); !tried) {
    return std::unexpected(InContext(StripControl(text), tried.error()));
  }

  made.prefix_ = TrimStart(prefix);
  made.suffix_ = TrimEnd(suffix);
  made.expression_ = std::make_shared<const Predicate>(*std::move(expression));
  return made;
}

Result<std::vector<std::string>> Template::Apply(const TraitMap& traits) const {
  if (is_literal()) {
    if (prefix_.empty()) return std::vector<std::string>();
    return std::vector{prefix_};
  }
  ASSIGN_OR_RETURN(const Value value, expression_->EvaluateToValue(TraitFields(traits)));
  std::vector<std::string> results;
  if (value.is_string() && !value.as_string().empty()) results.push_back(prefix_ + value.as_string() + suffix_);
  for (const Value& item : value.as_list()) {
    if (!item.as_string().empty()) results.push_back(prefix_ + item.as_string() + suffix_);
  }
  return results;
}

std::vector<std::string> ApplyTemplates(const std::vector<std::string>& texts, const TraitMap& traits) {
  std::vector<std::string> applied;
  std::set<std::string> seen;
  for (const std::string& text : texts) {
    const auto made = Template::Parse(text);
    if (!made) continue;
    const auto values = made->Apply(traits);
    if (!values) continue;

    for (const std::string& value : *values) {
      if (seen.insert(value).second) applied.push_back(value);
    }
  }
  return applied;
}

}  // namespace sallyport
