// The command `tctl diff`: shows the changes that `tctl create -f` of the same files would make.
#include "tools/tctl/commands.h"
#include "tools/tctl/comparison.h"
#include "tools/tctl/documents.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

struct DiffOptions {
  ComparedOptions compared;
  bool exit_code = false;
};

Result<Output> RunDiff(const Invocation& invocation, const DiffOptions& given) {
  std::vector<std::string> notices;
  ASSIGN_OR_RETURN(const auto resources, ResourcesToCompare(given.compared, notices));
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(Comparison comparison, CompareWithCluster(invocation, *rpc, resources));
  Output output = Output::Of(std::move(comparison.rows), ComparisonText);
  output.notices = std::move(notices);
  if (!comparison.notice.empty()) output.notices.push_back(std::move(comparison.notice));
  if (comparison.differs && given.exit_code) output.exit_code = 1;
  return output;
}

}  // namespace

Command DiffCommand() {
  return {.path = "diff",
          .summary = "Show field by field what tctl create -f would change",
          .arguments = {kComparedFiles<&DiffOptions::compared>},
          .options = {kComparedFileOption<&DiffOptions::compared>,
                      kValidateOption<&DiffOptions::compared, &ComparedOptions::validate>,
                      {.name = "exit-code",
                       .help = "Exit with 1 when a resource would change",
                       .into = Into<&DiffOptions::exit_code>}},
          .example = "tctl diff -f roles/",
          .run = RunWith<RunDiff>};
}

}  // namespace sallyport
