#include "tools/tsh/ssh_many.h"

#include <array>

#include "libbase/file.h"
#include "libbase/json.h"
#include "libclient/profile_paths.h"
#include "libclient/program_runs.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxKept = 16 << 20;  // limit for the output of one node, for JSON and logs
constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kLogMode = 0600;

// One of the two output streams of a node.
struct NodeOutput {
  std::string line;  // the current line, without its end
  std::string kept;
  bool cut = false;
};

class Many {
 public:
  Many(std::vector<NodeCommand> commands, const ManyOptions& options, const ByteSink& out, const ByteSink& err)
      : commands_(std::move(commands)),
        options_(options),
        out_(out),
        err_(err),
        outputs_(commands_.size()),
        codes_(commands_.size()) {}

  Result<int> Run() {
    if (!options_.log_dir.empty()) RETURN_IF_ERROR(MakeDirectories(options_.log_dir, kDirectoryMode));
    ProgramRuns runs;
    for (const auto& command : commands_) runs.commands.push_back(command.words);
    runs.at_once = options_.at_once;
    runs.on_bytes = [this](std::size_t node, bool to_stderr, std::string_view bytes) {
      TakeOutput(node, to_stderr, bytes);
    };
    runs.on_end = [this](std::size_t node, int code) { End(node, code); };
    RETURN_IF_ERROR(RunPrograms(runs));
    RETURN_IF_ERROR(log_);
    RETURN_IF_ERROR(WriteSummaries());
    return Summarize();
  }

 private:
  void TakeOutput(std::size_t node, bool to_stderr, std::string_view bytes) {
    NodeOutput& output = outputs_[node][to_stderr ? 1 : 0];
    if (options_.json || !options_.log_dir.empty()) {
      const std::size_t room = kMaxKept - output.kept.size();
      output.cut = output.cut || bytes.size() > room;
      output.kept += bytes.substr(0, room);
    }
    if (options_.json) return;

    output.line += bytes;
    std::string text;
    std::size_t start = 0;
    for (auto end = output.line.find('\n'); end != std::string::npos; end = output.line.find('\n', start)) {
      text += Labelled(node, std::string_view(output.line).substr(start, end - start));
      start = end + 1;
    }
    output.line.erase(0, start);
    if (output.line.size() > kMaxKept) text += Labelled(node, std::exchange(output.line, {}));
    if (!text.empty()) Write(to_stderr, text);
  }

  std::string Labelled(std::size_t node, std::string_view line) const {
    return fmt::format("{} | {}\n", commands_[node].node.shown, line);
  }

  // The commands continue when the reader of the output has ended.
  void Write(bool to_stderr, const std::string& text) const { std::ignore = (to_stderr ? err_ : out_)(text); }

  void End(std::size_t node, int code) {
    codes_[node] = code;
    auto& [out, err] = outputs_[node];
    for (const bool to_stderr : {false, true}) {
      const std::string rest = std::exchange((to_stderr ? err : out).line, {});
      if (!rest.empty()) Write(to_stderr, Labelled(node, rest));
    }

    const ChosenNode& of = commands_[node].node;
    if (options_.json) {
      Value line = Value::EmptyMap();
      line.Set("host", of.shown);
      line.Set("id", of.id);
      line.Set("status", code);
      line.Set("stdout", out.kept);
      line.Set("stderr", err.kept);
      if (out.cut || err.cut) line.Set("cut", true);
      Write(false, ToJson(line) + "\n");
    }

    if (!options_.log_dir.empty()) {
      // The name comes from the cluster, so it may be malicious.
      const std::string name = IsSafePathPart(of.shown) && IsPlainHost(of.shown) ? of.shown : of.id;
      if (log_) log_ = WriteFile(fmt::format("{}/{}.stdout", options_.log_dir, name), out.kept, kLogMode);
      if (log_) log_ = WriteFile(fmt::format("{}/{}.stderr", options_.log_dir, name), err.kept, kLogMode);
    }

    out.kept = {};
    err.kept = {};
  }

  // The two files have Teleport's names.
  Status WriteSummaries() const {
    if (options_.log_dir.empty()) return {};
    std::string succeeded;
    std::string failed;
    for (std::size_t i = 0; i < codes_.size(); ++i) {
      (codes_[i] == 0 ? succeeded : failed) += commands_[i].node.shown + "\n";
    }
    if (!succeeded.empty()) {
      RETURN_IF_ERROR(WriteFile(options_.log_dir + "/hosts.succeeded", succeeded, kLogMode));
    }
    return failed.empty() ? Status() : WriteFile(options_.log_dir + "/hosts.failed", failed, kLogMode);
  }

  int Summarize() const {
    std::string text;
    std::size_t failed = 0;
    for (std::size_t i = 0; i < codes_.size(); ++i) {
      if (codes_[i] == 0) continue;
      ++failed;
      text += fmt::format("  {}: exit code {}\n", commands_[i].node.shown, codes_[i]);
    }
    Write(true, fmt::format("{} of {} nodes succeeded{}\n{}", codes_.size() - failed, codes_.size(),
                            failed == 0 ? "" : "; these nodes failed:", text));
    return failed == 0 ? 0 : RowOf(ErrorKind::kPartlyDone).exit_code;
  }

  const std::vector<NodeCommand> commands_;
  const ManyOptions options_;
  const ByteSink& out_;
  const ByteSink& err_;
  std::vector<std::array<NodeOutput, 2>> outputs_;
  std::vector<int> codes_;
  Status log_;
};

}  // namespace

Output RunOnNodes(std::vector<NodeCommand> commands, const ManyOptions& options) {
  Output output;
  output.kind = Output::Kind::kBytes;
  output.bytes = [commands = std::move(commands), options](const ByteSink& out, const ByteSink& err) {
    return Many(commands, options, out, err).Run();
  };
  return output;
}

}  // namespace sallyport
