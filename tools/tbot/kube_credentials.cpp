#include "libclient/kube_credentials.h"

#include "libidentity/identity_file.h"
#include "libidentity/x509.h"
#include "libmachine/bot/destination/destination.h"
#include "libmachine/bot/outputs/identity_files.h"
#include "tools/tbot/commands.h"

namespace sallyport {
namespace {

struct KubeCredentials {
  std::string destination_dir;
};

// Fails with one line: kubectl shows the message between its own lines.
std::unexpected<Error> OnOneLine(Error error) {
  if (!error.hint.empty()) error.message += "; " + std::exchange(error.hint, {});
  return std::unexpected(std::move(error));
}

Result<IdentityFile> ReadWritten(const Invocation& invocation, const std::string& uri) {
  ASSIGN_OR_RETURN(const DestinationConfig config, ParseDestinationUri(uri));
  ASSIGN_OR_RETURN(const auto destination, MakeDestination(config, {invocation.Environment(), {}, nullptr}));
  ASSIGN_OR_RETURN(const Secret text, destination->Read(std::string(kIdentityFileName)));
  return ParseIdentityFile(text.Reveal());
}

Result<Output> PrintCredentials(const Invocation& invocation, const KubeCredentials& given) {
  if (given.destination_dir.empty()) return Fail(ErrorKind::kUsage, "--destination-dir is missing");
  auto file = ReadWritten(invocation, given.destination_dir);
  if (!file) return OnOneLine(std::move(file).error());
  auto certificate = Certificate::FromPem(file->tls_certificate);
  if (!certificate) return OnOneLine(InContext(given.destination_dir, std::move(certificate).error()));
  const KubeCredential credential{std::move(file->private_key), file->tls_certificate};
  return Output::Text(FormatExecCredential(credential, certificate->not_after()).Reveal() + "\n");
}

}  // namespace

Command KubeCredentialsCommand() {
  return {.path = "kube credentials",
          .summary = "Print credentials for kubectl, which calls this command",
          .options = {{.name = "destination-dir",
                       .value_name = "DIR",
                       .help = "Destination of a Kubernetes output",
                       .into = Into<&KubeCredentials::destination_dir>}},
          .formats = "",
          .hidden = true,
          .run = RunWith<PrintCredentials>};
}

}  // namespace sallyport
