// X.501 distinguished names in DER (X.690), written byte for byte as Go's crypto/x509/pkix writes them. OpenSSL's own
// name functions cap lengths (64 characters for CN and O), which Teleport's names exceed, so they are not used.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"

namespace sallyport {

struct NameAttribute {
  std::string oid;  // dotted decimal
  std::string value;
  bool operator==(const NameAttribute&) const = default;
};
using RelativeName = std::vector<NameAttribute>;  // one RDN: a SET of attributes
using Name = std::vector<RelativeName>;

namespace oid {
inline constexpr std::string_view kCommonName = "2.5.4.3";
inline constexpr std::string_view kSerialNumber = "2.5.4.5";
inline constexpr std::string_view kCountry = "2.5.4.6";
inline constexpr std::string_view kLocality = "2.5.4.7";
inline constexpr std::string_view kStreetAddress = "2.5.4.9";
inline constexpr std::string_view kOrganization = "2.5.4.10";
inline constexpr std::string_view kOrganizationalUnit = "2.5.4.11";
inline constexpr std::string_view kPostalCode = "2.5.4.17";
}  // namespace oid

// Returns the DER of a name. A value is a PrintableString when all of its characters allow it, else a UTF8String; the
// attributes of one RDN are sorted by their encoding. Fails with kBadParameter: not UTF-8, a broken OID.
Result<std::string> EncodeName(const Name& name);

// Reads the DER of a name. Values of a type that is no text (or BMP and universal strings) are left out, as Go does.
// Fails with kBadParameter.
Result<Name> DecodeName(std::string_view der);

// Returns all values of one attribute, over all RDNs, in order.
std::vector<std::string> ValuesOf(const Name& name, std::string_view oid);
// Returns the last value of one attribute, or empty text.
std::string LastValueOf(const Name& name, std::string_view oid);

}  // namespace sallyport
