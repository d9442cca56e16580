#include "libidentity/name.h"

#include <algorithm>
#include <optional>

#include "libbase/text.h"
#include "libidentity/der.h"

namespace sallyport {
namespace {

// Returns whether Go writes a character in a PrintableString: only the alphabet of X.680, without characters that some
// readers tolerate.
bool IsPrintable(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos;
}

Result<std::string> EncodeAttribute(const NameAttribute& attribute) {
  ASSIGN_OR_RETURN(const std::string oid, EncodeOid(attribute.oid));
  const bool printable = std::ranges::all_of(attribute.value, IsPrintable);
  if (!printable && !IsValidUtf8(attribute.value)) {
    return Fail(ErrorKind::kBadParameter, "name attribute {} is not UTF-8", attribute.oid);
  }
  const DerTag tag = printable ? DerTag::kPrintableString : DerTag::kUtf8String;
  return DerElement(DerTag::kSequence, DerElement(DerTag::kOid, oid) + DerElement(tag, attribute.value));
}

// Reads a value; nullopt when it is of a type that is left out.
Result<std::optional<std::string>> DecodeValue(const DerItem& item) {
  switch (item.tag) {
    case DerTag::kPrintableString:
    case DerTag::kIa5String:
    case DerTag::kNumericString:
      if (std::ranges::any_of(item.contents, [](char c) { return (c & 0x80) != 0; })) {
        return Fail(ErrorKind::kBadParameter, "name holds a string with characters that its type does not allow");
      }
      return std::string(item.contents);
    case DerTag::kUtf8String:
      if (!IsValidUtf8(item.contents)) return Fail(ErrorKind::kBadParameter, "name holds a string that is not UTF-8");
      return std::string(item.contents);
    default:
      return std::nullopt;
  }
}

Result<RelativeName> DecodeRelativeName(std::string_view set) {
  RelativeName relative;
  DerReader attributes(set);
  while (!attributes.AtEnd()) {
    ASSIGN_OR_RETURN(const std::string_view attribute, attributes.Next(DerTag::kSequence));
    DerReader parts(attribute);
    ASSIGN_OR_RETURN(const std::string_view oid, parts.Next(DerTag::kOid));
    ASSIGN_OR_RETURN(const DerItem item, parts.Next());
    if (!parts.AtEnd()) return Fail(ErrorKind::kBadParameter, "name attribute has bytes behind its end");
    ASSIGN_OR_RETURN(std::string dotted, DecodeOid(oid));
    ASSIGN_OR_RETURN(std::optional<std::string> value, DecodeValue(item));
    if (value) relative.push_back({std::move(dotted), std::move(*value)});
  }
  return relative;
}

}  // namespace

Result<std::string> EncodeName(const Name& name) {
  std::string sets;
  for (const RelativeName& relative : name) {
    std::vector<std::string> attributes;
    for (const NameAttribute& attribute : relative) {
      ASSIGN_OR_RETURN(std::string encoded, EncodeAttribute(attribute));
      attributes.push_back(std::move(encoded));
    }
    std::ranges::sort(attributes);  // DER orders a SET by the bytes of its elements
    std::string set;
    for (const std::string& attribute : attributes) set += attribute;
    sets += DerElement(DerTag::kSet, set);
  }
  return DerElement(DerTag::kSequence, sets);
}

Result<Name> DecodeName(std::string_view der) {
  DerReader outer(der);
  ASSIGN_OR_RETURN(const std::string_view sets, outer.Next(DerTag::kSequence));
  if (!outer.AtEnd()) return Fail(ErrorKind::kBadParameter, "name has bytes behind its end");
  Name name;
  DerReader reader(sets);
  while (!reader.AtEnd()) {
    ASSIGN_OR_RETURN(const std::string_view set, reader.Next(DerTag::kSet));
    ASSIGN_OR_RETURN(RelativeName relative, DecodeRelativeName(set));
    name.push_back(std::move(relative));
  }
  return name;
}

std::vector<std::string> ValuesOf(const Name& name, std::string_view oid) {
  std::vector<std::string> values;
  for (const RelativeName& relative : name) {
    for (const NameAttribute& attribute : relative) {
      if (attribute.oid == oid) values.push_back(attribute.value);
    }
  }
  return values;
}

std::string LastValueOf(const Name& name, std::string_view oid) {
  std::vector<std::string> values = ValuesOf(name, oid);
  return values.empty() ? std::string() : std::move(values.back());
}

}  // namespace sallyport
