// Views of access requests, for tsh and tctl.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libbase/value.h"
#include "tools/shell/command.h"

namespace google::protobuf {
class Timestamp;
}  // namespace google::protobuf
namespace types {
class AccessRequestV3;
class AccessReviewSubmission;
}  // namespace types

namespace sallyport {

// Returns "02 Jan 26 15:04 UTC", or "" without a time.
std::string ShortTime(const google::protobuf::Timestamp& stamp);
// Returns "8h0m0s", rounded to the minute.
std::string TimeUntil(std::optional<Time> time, Time now);
// Returns the text in quotes, or the placeholder for an empty text.
std::string QuotedOr(const std::string& text, std::string_view none);
std::string StateText(const types::AccessRequestV3& request);

// Cuts long cells of tables, and remembers whether it cut one, for the note below the table.
class LongCells {
 public:
  LongCells(std::string_view label, std::string_view footnote) : label_(label), footnote_(footnote) {}
  std::string Cut(std::string text, std::size_t length);
  // Returns the note below the table; "" when nothing was cut.
  std::string Footnote() const { return any_ ? "\n" + label_ + " " + footnote_ + "\n" : ""; }

 private:
  std::string label_;
  std::string footnote_;
  bool any_ = false;
};

// Returns lines of names and values.
std::string PairsText(const std::vector<std::pair<std::string, std::string>>& pairs);

// Returns the requests as a list of resources.
Value RequestsValue(const std::vector<types::AccessRequestV3>& requests);

// Returns a new pending request of a user, to be sent; the cluster gives it its name.
types::AccessRequestV3 NewAccessRequest(const std::string& user, const std::string& reason);
// The options of a review.
struct ReviewOptions {
  std::string request_id;
  bool approve = false;
  bool deny = false;
  std::string reason;
};

// Returns the review for the options. Fails with kUsage unless exactly one of --approve and --deny is given.
Result<types::AccessReviewSubmission> ReviewOf(const ReviewOptions& given);
// Returns a request after a review, as the result of a command.
Output ReviewedOutput(const types::AccessRequestV3& request);

// Parses the texts of resources into a request.
Status AddResources(const std::vector<std::string>& texts, types::AccessRequestV3& request);

}  // namespace sallyport
