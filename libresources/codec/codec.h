// Converts protobuf messages to values and back, as Teleport writes resources in JSON and YAML. The codec is generic:
// the options of proto/sallyport/json.proto and the type decide the form of a field, one table has the names of enums.
//
// Writing follows Go's encoding of the same structs: empty fields are left out unless marked `always`, durations are
// 8h0m0s, times RFC 3339, bytes base64, label values a string or a list. Keys stand in the order of the proto file.
//
// Reading is stricter than Teleport, to catch mistakes: an unknown field is an error that names file, line, the full
// path and the field that was probably meant. Also accepted: one string for a list of labels, yes and no as texts for
// bool options, numbers for enums, YAML's bools and numbers where a text is wanted (their source text counts), except
// as label values, which must be quoted.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/value.h"

namespace google::protobuf {
class Message;
class Struct;
}  // namespace google::protobuf

namespace sallyport {

// How a reader treats input that Teleport accepts and that has no effect.
enum class Strictness { kStrict, kWarn, kIgnore };

struct DecodeOptions {
  std::string source = "input";                         // names the text in errors: "role.yaml"
  Strictness unknown_fields = Strictness::kStrict;      // unless strict, keys are read in any case, as Go reads them
  bool as_new = false;                                  // for a resource to be written: see CheckNewResource
  Strictness useless_allowances = Strictness::kStrict;  // for a resource to be written: see CheckAllowances
  std::vector<Error>* warnings = nullptr;               // receives the warnings of kWarn; nullptr: dropped
};

// Returns the error for kStrict; adds it to the warnings for kWarn.
Status Tolerate(const DecodeOptions& options, Strictness strictness, Error error);

// Fills a message, which should be empty, from a map. Fails with kBadParameter and "FILE:LINE: reason" (without the
// line when the value was not read from a text); the message is then in an unspecified state.
Status DecodeMessage(const Value& value, const DecodeOptions& options, google::protobuf::Message& message);

// Adds the entries of a map to a message of any values. Every value in it is set, also nulls, empty lists and maps.
void SetStruct(const Value& map, google::protobuf::Struct& fields);

// Returns a message as a map, with every field that Go would write.
Value EncodeMessage(const google::protobuf::Message& message);

}  // namespace sallyport
