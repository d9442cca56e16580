// Protobuf messages <-> values, as Teleport writes resources in JSON and YAML. One generic codec: what a field looks
// like is said by the options of proto/sallyport/json.proto and by its type, the names of enums by one table.
//
// Writing follows Go's encoding of the same structs: empty fields are left out unless marked `always`, durations are
// 8h0m0s, times RFC 3339, bytes base64, label values a string or a list. Keys stand in the order of the proto file.
//
// Reading is stricter than the reference, for people's sake: an unknown field is an error that names file, line, the
// full path and the field that was probably meant. Accepted beside the written form: one string for a list of labels,
// yes and no as texts for bool options, numbers for enums, YAML's bools and numbers where a text is wanted (their
// source text counts), except as label values, which must be quoted.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/value.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace sallyport {

// How a reader treats input that the reference accepts and that does nothing.
enum class Strictness { kStrict, kWarn, kIgnore };

struct DecodeOptions {
  std::string source = "input";                         // names the text in errors: "role.yaml"
  Strictness unknown_fields = Strictness::kStrict;      // unless strict, keys are read in any case, as Go reads them
  bool as_new = false;                                  // a resource that is to be written: see CheckNewResource
  Strictness useless_allowances = Strictness::kStrict;  // of a resource that is to be written: see CheckAllowances
  std::vector<Error>* warnings = nullptr;               // where kWarn tells what is wrong; nullptr: nowhere
};

// Returns the error when it is strict about such things; else notes it where warnings go, if it is to warn.
Status Tolerate(const DecodeOptions& options, Strictness strictness, Error error);

// Fills a message, which should be empty, from a map. Fails with kBadParameter and "FILE:LINE: reason" (without the
// line when the value was not read from a text); the message is then in an unspecified state.
Status DecodeMessage(const Value& value, const DecodeOptions& options, google::protobuf::Message& message);

// Returns a message as a map, with every field that Go would write.
Value EncodeMessage(const google::protobuf::Message& message);

}  // namespace sallyport
