#include "libresources/matching/pattern.h"

#include <list>
#include <unordered_map>
#include <vector>

#include <re2/re2.h>

#include "libbase/mutex.h"

namespace sallyport {
namespace {

constexpr std::size_t kCacheSize = 1000;
constexpr std::size_t kMaxExpression = 8192;

Result<std::shared_ptr<const re2::RE2>> Compile(std::string_view expression) {
  if (expression.size() > kMaxExpression) {
    return Fail(ErrorKind::kBadParameter, "the regular expression is longer than {} bytes", kMaxExpression);
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto compiled = std::make_shared<const re2::RE2>(re2::StringPiece(expression.data(), expression.size()), options);
  if (!compiled->ok()) {
    return Fail(ErrorKind::kBadParameter, "\"{}\" is not a regular expression: {}", expression, compiled->error());
  }
  return compiled;
}

// Returns the regular expression of a glob: * stands for any characters, everything else for itself.
std::string OfGlob(std::string_view glob) {
  std::string expression = "^";
  while (true) {
    const std::size_t star = glob.find('*');
    const std::string_view text = glob.substr(0, star);
    expression += re2::RE2::QuoteMeta(re2::StringPiece(text.data(), text.size()));
    if (star == std::string_view::npos) break;
    expression += "(.*)";
    glob.remove_prefix(star + 1);
  }
  return expression + "$";
}

// Keeps compiled expressions, dropping the least recently used expression.
class Cache {
 public:
  std::shared_ptr<const re2::RE2> Find(const std::string& expression) {
    const MutexLock lock(mutex_);
    const auto found = index_.find(expression);
    if (found == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->second;
  }

  void Add(const std::string& expression, std::shared_ptr<const re2::RE2> compiled) {
    const MutexLock lock(mutex_);
    if (index_.contains(expression)) return;
    entries_.emplace_front(expression, std::move(compiled));
    index_.emplace(expression, entries_.begin());
    if (entries_.size() <= kCacheSize) return;
    index_.erase(entries_.back().first);
    entries_.pop_back();
  }

 private:
  using Entry = std::pair<std::string, std::shared_ptr<const re2::RE2>>;
  Mutex mutex_;
  std::list<Entry> entries_ GUARDED_BY(mutex_);
  std::unordered_map<std::string, std::list<Entry>::iterator> index_ GUARDED_BY(mutex_);
};

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Takes a group's name after a $ from the start of a text: name, or {name}. Returns nothing when there is none.
std::string_view TakeGroupName(std::string_view& text) {
  const bool braced = text.starts_with('{');
  const std::size_t begin = braced ? 1 : 0;
  std::size_t end = begin;
  while (end < text.size() && IsNameCharacter(text[end])) ++end;
  if (end == begin || (braced && (end == text.size() || text[end] != '}'))) return {};
  const std::string_view name = text.substr(begin, end - begin);
  text.remove_prefix(end + begin);
  return name;
}

// Returns the number of a group by its number or name, or -1.
int GroupNumber(const re2::RE2& compiled, std::string_view name) {
  if (name.find_first_not_of("0123456789") == std::string_view::npos) {
    return name.size() > 4 ? -1 : std::stoi(std::string(name));
  }
  const auto& names = compiled.NamedCapturingGroups();
  const auto found = names.find(std::string(name));
  return found == names.end() ? -1 : found->second;
}

std::string Expand(const re2::RE2& compiled, std::string_view replacement,
                   const std::vector<re2::StringPiece>& groups) {
  std::string expanded;
  while (!replacement.empty()) {
    const char c = replacement.front();
    replacement.remove_prefix(1);
    if (c != '$') {
      expanded += c;
      continue;
    }
    if (replacement.starts_with('$')) {
      expanded += '$';
      replacement.remove_prefix(1);
      continue;
    }
    const std::string_view name = TakeGroupName(replacement);
    if (name.empty()) {
      expanded += '$';
      continue;
    }
    const int number = GroupNumber(compiled, name);
    if (number < 0 || static_cast<std::size_t>(number) >= groups.size()) continue;
    const re2::StringPiece group = groups[static_cast<std::size_t>(number)];
    expanded.append(group.data() == nullptr ? "" : group.data(), group.size());
  }
  return expanded;
}

}  // namespace

Result<Pattern> Pattern::Regexp(std::string_view expression) {
  ASSIGN_OR_RETURN(auto compiled, Compile(expression));
  return Pattern(std::move(compiled));
}

Result<Pattern> Pattern::GlobOrRegexp(std::string_view expression) {
  static Cache cache;
  const std::string key(expression);
  if (auto compiled = cache.Find(key)) return Pattern(std::move(compiled));
  const bool regexp = expression.starts_with('^') && expression.ends_with('$');
  ASSIGN_OR_RETURN(auto compiled, Compile(regexp ? key : OfGlob(expression)));
  cache.Add(key, compiled);
  return Pattern(std::move(compiled));
}

bool Pattern::Matches(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

std::string Pattern::Replace(std::string_view text, std::string_view replacement) const {
  const re2::StringPiece whole(text.data(), text.size());
  std::vector<re2::StringPiece> groups(static_cast<std::size_t>(compiled_->NumberOfCapturingGroups()) + 1);
  std::string replaced;
  std::size_t at = 0;
  std::size_t copied = 0;
  while (at <= text.size() && compiled_->Match(whole, at, text.size(), re2::RE2::UNANCHORED, groups.data(),
                                               static_cast<int>(groups.size()))) {
    const auto begin = static_cast<std::size_t>(groups[0].data() - whole.data());
    const std::size_t end = begin + groups[0].size();

    // An empty match right after another match does not count, as in Go.
    if (groups[0].empty() && begin == copied && copied > 0) {
      at = end + 1;
      continue;
    }

    replaced += text.substr(copied, begin - copied);
    replaced += Expand(*compiled_, replacement, groups);
    copied = end;
    at = groups[0].empty() ? end + 1 : end;
  }
  return replaced + std::string(text.substr(std::min(copied, text.size())));
}

namespace {

// Plain texts, and the * that matches every line.
bool NeedsNoPattern(std::string_view expression) {
  return expression == "*" || (expression.find('*') == std::string_view::npos && !expression.starts_with('^'));
}

bool MatchesWithoutPattern(std::string_view value, std::string_view expression) {
  return expression == "*" ? value.find('\n') == std::string_view::npos : value == expression;
}

}  // namespace

ValueExpression::ValueExpression(std::string text) : text_(std::move(text)) {
  if (!NeedsNoPattern(text_)) pattern_ = Pattern::GlobOrRegexp(text_);
}

Result<bool> ValueExpression::Matches(std::string_view value) const {
  if (!pattern_) return MatchesWithoutPattern(value, text_);
  if (!*pattern_) return std::unexpected(pattern_->error());
  return (*pattern_)->Matches(value);
}

Result<bool> MatchesExpression(std::string_view value, std::string_view expression) {
  if (NeedsNoPattern(expression)) return MatchesWithoutPattern(value, expression);
  ASSIGN_OR_RETURN(const Pattern pattern, Pattern::GlobOrRegexp(expression));
  return pattern.Matches(value);
}

}  // namespace sallyport
