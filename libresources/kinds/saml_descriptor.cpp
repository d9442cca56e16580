#include "libresources/kinds/saml_descriptor.h"

#include <array>
#include <map>
#include <optional>
#include <vector>

namespace sallyport {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

struct Tag {
  std::string_view name;  // without its prefix
  bool closing = false;   // </name>
  bool empty = false;     // <name/>
  std::map<std::string_view, std::string> attributes;
};

std::unexpected<Error> Wrong(std::string_view reason) {
  return Fail(ErrorKind::kBadParameter, "entity_descriptor: {}", reason);
}

std::string_view LocalName(std::string_view name) {
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

// The five entities that XML has by itself; others stay as they are.
std::string Unescape(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, char>, 5> kEntities{
      {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}}};

  std::string plain;
  while (!text.empty()) {
    std::size_t taken = 1;
    char next = text.front();
    for (const auto& [entity, character] : kEntities) {
      if (!text.starts_with(entity)) continue;
      taken = entity.size();
      next = character;
    }
    plain += next;
    text.remove_prefix(taken);
  }
  return plain;
}

// Gives the tags of a text one after the other.
class Scanner {
 public:
  explicit Scanner(std::string_view xml) : rest_(xml) {}

  // Returns nothing at the end.
  Result<std::optional<Tag>> Next() {
    while (true) {
      rest_.remove_prefix(std::min(rest_.find('<'), rest_.size()));
      if (rest_.empty()) return std::nullopt;
      if (rest_.starts_with("<!--")) {
        RETURN_IF_ERROR(Skip("-->"));
      } else if (rest_.starts_with("<![CDATA[")) {
        RETURN_IF_ERROR(Skip("]]>"));
      } else if (rest_.starts_with("<?")) {
        RETURN_IF_ERROR(Skip("?>"));
      } else if (rest_.starts_with("<!")) {
        return Wrong("a document type is not accepted");
      } else {
        return Read();
      }
    }
  }

 private:
  Status Skip(std::string_view end) {
    const auto at = rest_.find(end);
    if (at == std::string_view::npos) return Wrong("the XML ends too early");
    rest_.remove_prefix(at + end.size());
    return {};
  }

  void SkipSpace() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kSpace), rest_.size())); }

  std::string_view Word() {
    const auto word = rest_.substr(0, rest_.find_first_of(" \t\r\n=/>"));
    rest_.remove_prefix(word.size());
    return word;
  }

  Result<std::optional<Tag>> Read() {
    Tag tag;
    rest_.remove_prefix(1);
    tag.closing = rest_.starts_with('/');
    if (tag.closing) rest_.remove_prefix(1);
    tag.name = LocalName(Word());
    if (tag.name.empty()) return Wrong("it is not XML");

    while (true) {
      SkipSpace();
      if (rest_.empty()) return Wrong("the XML ends too early");
      if (rest_.front() == '>') break;
      if (rest_.front() == '/') {
        tag.empty = true;
        rest_.remove_prefix(1);
        continue;
      }
      RETURN_IF_ERROR(Attribute(tag));
    }

    rest_.remove_prefix(1);
    return tag;
  }

  Status Attribute(Tag& tag) {
    const std::string_view name = Word();
    SkipSpace();
    if (name.empty() || !rest_.starts_with('=')) return Wrong("it is not XML");
    rest_.remove_prefix(1);
    SkipSpace();
    const char quote = rest_.empty() ? '\0' : rest_.front();
    const auto end = quote == '"' || quote == '\'' ? rest_.find(quote, 1) : std::string_view::npos;
    if (end == std::string_view::npos) return Wrong("it is not XML");
    tag.attributes.emplace(name, Unescape(rest_.substr(1, end - 1)));
    rest_.remove_prefix(end + 1);
    return {};
  }

  std::string_view rest_;
};

std::string Attribute(const Tag& tag, std::string_view name) {
  const auto found = tag.attributes.find(name);
  return found == tag.attributes.end() ? std::string() : found->second;
}

}  // namespace

Result<SamlDescriptor> ParseSamlDescriptor(std::string_view xml) {
  Scanner scanner(xml);
  SamlDescriptor descriptor;
  std::vector<std::string_view> open;
  bool root = false;

  while (true) {
    ASSIGN_OR_RETURN(const auto tag, scanner.Next());
    if (!tag) break;
    if (tag->closing) {
      if (open.empty() || open.back() != tag->name) return Wrong("its tags do not match");
      open.pop_back();
      continue;
    }

    if (open.empty()) {
      if (root || tag->name != "EntityDescriptor") return Wrong("it is not one EntityDescriptor");
      root = true;
      descriptor.entity_id = Attribute(*tag, "entityID");
    }
    const bool of_provider = open.size() == 2 && open.back() == "IDPSSODescriptor";
    if (of_provider && tag->name == "SingleSignOnService" && descriptor.sso_url.empty()) {
      descriptor.sso_url = Attribute(*tag, "Location");
    }
    if (!tag->empty) open.push_back(tag->name);
  }

  if (!root || !open.empty()) return Wrong("it is not one whole EntityDescriptor");
  if (descriptor.entity_id.empty()) return Wrong("entityID is missing");
  return descriptor;
}

}  // namespace sallyport
