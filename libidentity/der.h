// Reads and writes the part of DER (X.690) that names and extensions need. Internal to this library. Tags are single
// bytes, lengths are definite and minimal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libbase/error.h"

namespace sallyport {

enum class DerTag : std::uint8_t {
  kOid = 0x06,
  kUtf8String = 0x0c,
  kNumericString = 0x12,
  kPrintableString = 0x13,
  kTeletexString = 0x14,
  kIa5String = 0x16,
  kSequence = 0x30,
  kSet = 0x31,
};

// Returns the encoded element: tag, length and contents.
std::string DerElement(DerTag tag, std::string_view contents);

// Returns the contents of an OBJECT IDENTIFIER for dotted decimal text, and the reverse. Both fail with kBadParameter.
Result<std::string> EncodeOid(std::string_view dotted);
Result<std::string> DecodeOid(std::string_view contents);

struct DerItem {
  DerTag tag;
  std::string_view contents;
};

// Reads the elements of a text in order; the text must outlive the reader.
class DerReader {
 public:
  explicit DerReader(std::string_view der) : rest_(der) {}
  bool AtEnd() const { return rest_.empty(); }
  // Returns the next element. Fails with kBadParameter: truncated, or a form of length that DER does not allow.
  Result<DerItem> Next();
  // Returns the contents of the next element, which must have this tag.
  Result<std::string_view> Next(DerTag tag);

 private:
  std::string_view rest_;
};

}  // namespace sallyport
