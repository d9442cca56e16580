// The documents that a command is given: files, directories of files, standard input.
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"
#include "libresources/kinds.h"

namespace sallyport {

// One document: its resource, or why it is none or could not be written ("FILE:LINE: reason").
using Document = Result<Resource>;

// Reads every document of the paths in their order; of a directory, every file below it that ends in .yaml, .yml or
// .json, by name. "-" and no path at all are standard input. Fails when a file cannot be read, with kLimitExceeded when
// one is larger than 10 MiB, and with kBadParameter when there is no document.
Result<std::vector<Document>> ReadDocuments(const std::vector<std::string>& paths);

}  // namespace sallyport
