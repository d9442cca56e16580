// Reads the documents for a command: files, directories of files, standard input.
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"
#include "libresources/kinds/resource.h"
#include "tools/shell/command.h"

namespace sallyport {

// One document: its resource, or the reason that it is invalid or could not be written ("FILE:LINE: reason").
using Document = Result<Resource>;

// Reads every document of the paths in their order; of a directory, every file below it that ends in .yaml, .yml or
// .json, by name. "-" and no path at all are standard input. Fails when a file cannot be read, with kLimitExceeded when
// one is larger than 10 MiB, and with kBadParameter when there is no document. `validation` is a value of
// kValidateOption; notices name the mistakes that "warn" accepts.
Result<std::vector<Document>> ReadDocuments(const std::vector<std::string>& paths, std::string_view validation,
                                            std::vector<std::string>& notices);

// Returns how a text is read under a value of kValidateOption. `warnings` must outlive the options.
DecodeOptions ValidatingOptions(std::string source, std::string_view validation, std::vector<Error>& warnings);
// Returns warnings as notices.
std::vector<std::string> NoticesOf(const std::vector<Error>& warnings);

// The option --validate, as in kubectl: it decides about unknown fields, and about expressions in `allow` that cannot
// be parsed, which clusters accept. `To` is the path to its field.
template <auto... To>
inline constexpr Option kValidateOption{.name = "validate",
                                        .value_name = "HOW",
                                        .help = "Treatment of unknown fields, and of allowances that allow nothing",
                                        .choices = "strict warn ignore",
                                        .into = Into<To...>};

}  // namespace sallyport
