#include "libresources/kinds/saml_descriptor.h"

#include <pugixml.hpp>

namespace sallyport {
namespace {

std::unexpected<Error> Wrong(std::string_view reason) {
  return Fail(ErrorKind::kBadParameter, "entity_descriptor: {}", reason);
}

// Returns an element's name without the prefix of its namespace.
std::string_view LocalName(const pugi::xml_node& element) {
  const std::string_view name = element.name();
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

// Returns the first element below another with a name; an empty node when there is none.
pugi::xml_node Child(const pugi::xml_node& parent, std::string_view name) {
  return parent.find_child([&](const pugi::xml_node& child) { return LocalName(child) == name; });
}

// Returns the one element of a document.
Result<pugi::xml_node> RootOf(const pugi::xml_document& document) {
  pugi::xml_node root;
  for (const pugi::xml_node& node : document.children()) {
    if (node.type() == pugi::node_doctype) return Wrong("a document type declaration is not allowed");
    if (node.type() != pugi::node_element) continue;
    if (!root.empty()) return Wrong("the root of the document is not one EntityDescriptor");
    root = node;
  }
  if (LocalName(root) != "EntityDescriptor") return Wrong("the root of the document is not one EntityDescriptor");
  return root;
}

}  // namespace

Result<SamlDescriptor> ParseSamlDescriptor(std::string_view xml) {
  // The parser would stop at a NUL and miss the rest.
  if (xml.contains('\0') || xml.contains("&#0;") || xml.contains("&#x0;"))
    return Wrong("the document contains a NUL character");
  pugi::xml_document document;
  const pugi::xml_parse_result parsed =
      document.load_buffer(xml.data(), xml.size(), pugi::parse_default | pugi::parse_doctype, pugi::encoding_utf8);
  if (!parsed) return Wrong(fmt::format("the document is not XML: {}", parsed.description()));
  ASSIGN_OR_RETURN(const pugi::xml_node root, RootOf(document));

  SamlDescriptor descriptor;
  descriptor.entity_id = root.attribute("entityID").value();
  if (descriptor.entity_id.empty()) return Wrong("entityID is missing");
  const pugi::xml_node service = Child(Child(root, "IDPSSODescriptor"), "SingleSignOnService");
  descriptor.sso_url = service.attribute("Location").value();
  return descriptor;
}

}  // namespace sallyport
