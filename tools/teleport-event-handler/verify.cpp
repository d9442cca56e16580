// teleport-event-handler verify: checks exported events against the hash chain of the audit log.
#include "libbase/whole_number.h"
#include "libmachine/export/folder_check.h"
#include "libresources/events/chain_report.h"
#include "tools/teleport-event-handler/commands.h"

namespace sallyport {
namespace {

constexpr int kNotWholeExitCode = 1;

struct VerifyExport {
  std::string folder;
  std::vector<std::string> trusted_keys;
  std::optional<std::string> first;
  std::optional<std::string> last;
};

Result<std::int64_t> NumberOfEvent(std::string_view option, const std::optional<std::string>& given) {
  if (!given) return 0;
  const auto number = ReadWholeNumber<std::int64_t>(*given);
  if (number && *number >= 1) return *number;
  return Fail(ErrorKind::kBadParameter, "{}: the number of an event is 1 or more", option);
}

Value ToValue(const FolderReport& report) {
  Value value = ToValue(report.chain);
  value.Set("files", report.files);
  value.Set("lines", report.lines);
  value.Set("duplicates", report.duplicates);
  value.Set("without_chain", report.without_chain);
  value.Set("out_of_order", report.out_of_order);
  value.Set("without_time", report.without_time);
  value.Set("unreadable", Value::Strings(report.unreadable));
  value.Set("more_unreadable", report.more_unreadable);
  return value;
}

std::string FolderReportText(const FolderReport& report) {
  std::string text =
      fmt::format("Read {} lines in {} {}.\n", report.lines, report.files, report.files == 1 ? "file" : "files");
  if (report.duplicates > 0) text += fmt::format("{} copies of events are equal to the events.\n", report.duplicates);
  if (report.without_chain > 0) text += fmt::format("{} events have no chain.\n", report.without_chain);
  if (report.out_of_order > 0) {
    text += fmt::format("{} lines come after a later event; their numbers give the order.\n", report.out_of_order);
  }
  for (const auto& line : report.unreadable) text += fmt::format("unreadable: {}\n", line);
  if (report.more_unreadable > 0) text += fmt::format("{} more lines are unreadable.\n", report.more_unreadable);
  return text + ChainReportText(report.chain, "export");
}

Result<Output> RunVerifyExport(const Invocation&, const VerifyExport& given) {
  FolderCheckOptions options{.trusted_keys = given.trusted_keys};
  ASSIGN_OR_RETURN(options.first, NumberOfEvent("--first", given.first));
  ASSIGN_OR_RETURN(options.last, NumberOfEvent("--last", given.last));
  ASSIGN_OR_RETURN(const FolderReport report, CheckFolder(given.folder, options));

  Output output = Output::Of(ToValue(report), [text = FolderReportText(report)](const Value&) { return text; });
  if (report.without_time > 0) {
    output.notices.push_back(
        fmt::format("{} events have lost their time: Fluentd removes it unless <parse> has keep_time_key true",
                    report.without_time));
  }
  if (!report.is_whole()) output.exit_code = kNotWholeExitCode;
  return output;
}

}  // namespace

Command VerifyExportCommand() {
  using V = VerifyExport;

  return {.path = "verify",
          .summary = "Check that no exported event is missing, changed or reordered",
          .arguments = {{.name = "folder", .help = "Folder of the sink's files", .into = Into<&V::folder>}},
          .options = {{.name = "trust-key",
                       .value_name = "ID,...",
                       .help = "Accept only heads that begin with one of these keys",
                       .repeated = true,
                       .into = Into<&V::trusted_keys>},
                      {.name = "first",
                       .value_name = "N",
                       .help = "Number of the event with which the export began",
                       .into = Into<&V::first>},
                      {.name = "last",
                       .value_name = "N",
                       .help = "Number of the event that the export must reach",
                       .into = Into<&V::last>}},
          .example = "teleport-event-handler verify /var/log/teleport",
          .run = RunWith<RunVerifyExport>};
}

}  // namespace sallyport
