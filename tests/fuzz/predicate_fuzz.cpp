// Feeds arbitrary text to the readers of predicates, templates and patterns; the first byte chooses the reader.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "libbase/json.h"
#include "libresources/matching/pattern.h"
#include "libresources/matching/predicate.h"
#include "libresources/matching/templates.h"
#include "libresources/matching/workload_expression.h"

namespace {

const sallyport::Value& Fields() {
  static const auto* const fields = new sallyport::Value(
      sallyport::ParseJson(R"({"user":{"spec":{"traits":{"a":["b"]}}},"resource":{"metadata":{"labels":{"a":"b"}}},)"
                           R"("labels":{"a":"b"},"session":{"participants":["a"]},"name":"n"})")
          .value_or(sallyport::Value()));
  return *fields;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using sallyport::PredicateDialect;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr int kDialects = 6;
  const int reader = data[0] % (kDialects + 2);
  if (reader == kDialects + 1) {
    (void)sallyport::CheckWorkloadExpression(text);
    return 0;
  }
  if (reader == kDialects) {
    const auto made = sallyport::Template::Parse(text);
    if (made) (void)made->Apply({{"logins", {"a@b", "c"}}});
    (void)sallyport::MatchesExpression("some value", text);
    return 0;
  }
  const auto dialect = static_cast<PredicateDialect>(reader);
  const auto predicate = sallyport::Predicate::Parse(text, dialect);
  if (predicate) (void)predicate->EvaluateToValue(sallyport::ValueFields(Fields()));
  return 0;
}
