// The commands tctl audit: they check the audit log against its hash chain and its signed heads, and change the key of
// the heads (docs/protocol/audit.md#hash-chain).
#include <google/protobuf/util/time_util.h>

#include "libbase/json.h"
#include "libbase/time.h"
#include "libresources/events/chain_check.h"
#include "libresources/events/chain_report.h"
#include "sallyport/v1/audit.pb.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

using google::protobuf::util::TimeUtil;

constexpr std::string_view kChainService = "/sallyport.v1.AuditChainService/";
constexpr int kProblemsExitCode = 1;

struct AuditVerify {
  std::vector<std::string> trusted_keys;
};

ChainHead HeadOf(const v1::AuditHead& message) {
  ChainHead head;
  head.cluster_name = message.cluster_name();
  head.day = message.day();
  head.first = message.first();
  head.last = message.last();
  head.hash = message.hash();
  head.previous = message.previous();
  head.key = message.key();
  head.public_key = message.public_key();
  head.signature = message.signature();
  return head;
}

Status AddHeads(RpcClient& rpc, ChainCheck& check) {
  v1::ListHeadsRequest request;
  while (true) {
    ASSIGN_OR_RETURN(const auto answer,
                     rpc.Call<v1::ListHeadsResponse>(fmt::format("{}ListHeads", kChainService), request));
    for (const auto& head : answer.heads()) {
      // A cluster that always returned the same heads would never end.
      if (head.last() <= request.after()) {
        return Fail(ErrorKind::kInternal, "the cluster lists the heads of its audit log in a wrong order");
      }
      check.AddHead(HeadOf(head));
      request.set_after(head.last());
    }
    if (answer.heads().empty()) return {};
  }
}

Status AddEvents(RpcClient& rpc, ChainCheck& check) {
  v1::FollowRequest request;
  std::int64_t end = 0;  // the newest event at the beginning
  while (true) {
    ASSIGN_OR_RETURN(const auto answer, rpc.Call<v1::FollowResponse>(fmt::format("{}Read", kChainService), request));
    if (end == 0) end = answer.newest().number();

    for (const auto& event : answer.events()) {
      if (event.number() > end) return {};
      const Time committed(Nanoseconds(TimeUtil::TimestampToNanoseconds(event.committed())));
      const ChainLink link{event.number(), committed, event.previous(), event.hash()};
      if (const auto value = ParseJson(event.json())) {
        check.Add(link, *value);
      } else {
        check.AddLeftOut(link, EventDigest(std::string_view(event.json())));
      }
    }

    if (answer.events().empty() || answer.cursor() == request.cursor()) return {};
    request.set_cursor(answer.cursor());
  }
}

Result<Output> RunVerify(const Invocation& invocation, const AuditVerify& given) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ChainCheck check(given.trusted_keys);
  RETURN_IF_ERROR(AddHeads(*rpc, check));
  RETURN_IF_ERROR(AddEvents(*rpc, check));
  const ChainReport report = check.Finish();
  Output output =
      Output::Of(ToValue(report), [text = ChainReportText(report, "audit log")](const Value&) { return text; });
  if (!report.problems.empty()) output.exit_code = kProblemsExitCode;
  return output;
}

Result<Output> RunRotateKey(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(const auto answer,
                   rpc->Call<v1::RotateKeyResponse>(fmt::format("{}RotateKey", kChainService), v1::RotateKeyRequest()));
  Value value = Value::EmptyMap();
  value.Set("key", answer.key());
  return Output::Of(std::move(value), [](const Value& made) {
    return fmt::format("Heads of the audit log are signed by a new key: {}\n", made.Find("key")->as_string());
  });
}

}  // namespace

std::vector<Command> AuditCommands() {
  return {{.path = "audit verify",
           .summary = "Check that no event of the audit log is missing, changed or reordered",
           .options = {{.name = "trust-key",
                        .value_name = "ID,...",
                        .help = "Accept only heads that begin with one of these keys",
                        .repeated = true,
                        .into = Into<&AuditVerify::trusted_keys>}},
           .example = "tctl audit verify",
           .run = RunWith<RunVerify>},
          {.path = "audit rotate-key",
           .summary = "Replace the key that signs the heads of the audit log",
           .example = "tctl audit rotate-key",
           .run = RunRotateKey}};
}

}  // namespace sallyport
