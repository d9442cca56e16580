#include <string>
#include <vector>

#include "libclient/tls.h"
#include "libresources/events/protobuf_log.h"
#include "tools/teleport-operator/commands.h"

namespace {

// Returns the command line in our form: Teleport's operator has no commands, and a dash before its flags, as Go's
// programs have ("-auth-server=ADDR", "-insecure=true").
std::vector<std::string> OwnForm(int argc, char** argv) {
  std::vector<std::string> words(argv, argv + argc);
  const bool has_command = argc > 1 && argv[1][0] != '-';
  bool after_end = false;
  for (std::size_t i = 1; i < words.size(); ++i) {
    std::string& word = words[i];
    after_end = after_end || word == "--";
    if (after_end || word.size() < 3 || word[0] != '-' || word[1] == '-') continue;
    word.insert(0, "-");
  }
  for (std::string& word : words) {
    if (!word.starts_with("--")) continue;
    if (word.ends_with("=true")) word.resize(word.size() - 5);
    if (word.ends_with("=false")) word = "--no-" + word.substr(2, word.size() - 8);
  }
  const bool asks_help = argc > 1 && (words[1] == "--help" || words[1] == "-h" || words[1] == "--version");
  if (!has_command && !asks_help) words.insert(words.begin() + 1, "start");
  return words;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace sallyport;
  BeginTls();
  BeginProtobufLog();
  const Program program{
      .name = "teleport-operator",
      .summary = "keep resources of a cluster as custom resources of Kubernetes say",
      .commands = {StartOperatorCommand(), DefinitionsCommand(), PlanOfFilesCommand(), OperatorVersionCommand()}};
  std::vector<std::string> words = OwnForm(argc, argv);
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  return RunProgram(program, static_cast<int>(pointers.size()), pointers.data());
}
