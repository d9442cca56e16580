#include "libclient/identity_output.h"

#include <algorithm>

#include "libbase/file.h"
#include "libidentity/identity_file.h"
#include "libidentity/known_hosts.h"

namespace sallyport {
namespace {

struct FormatRow {
  std::string_view name;
  IdentityFormat format;
  std::vector<std::string_view> endings;  // the endings that the files add to the path
};
const FormatRow kFormats[] = {
    {"file", IdentityFormat::kFile, {""}},
    {"openssh", IdentityFormat::kOpenssh, {"", "-cert.pub"}},
    {"tls", IdentityFormat::kTls, {".key", ".crt", ".cas"}},
    {"kubernetes", IdentityFormat::kKubernetes, {""}},
};
constexpr std::string_view kOthers[] = {"db",        "mongodb", "cockroach", "redis",  "snowflake", "elasticsearch",
                                        "cassandra", "scylla",  "oracle",    "windows"};

std::string WithNewline(std::string text) {
  if (!text.empty() && text.back() != '\n') text += '\n';
  return text;
}

std::string TlsBundle(const std::vector<ClusterAuthorities>& authorities) {
  std::string bundle;
  for (const auto& authority : authorities) {
    for (const auto& pem : authority.tls_pems) bundle += WithNewline(pem);
  }
  return bundle;
}

Result<IdentityFile> FileOf(const IdentityOutput& output) {
  IdentityFile file;
  file.private_key = output.key_pem.Clone();
  file.ssh_certificate = output.ssh_certificate;
  file.tls_certificate = output.tls_certificate;
  for (const auto& authority : output.authorities) {
    for (const auto& line : authority.ssh_keys) {
      ASSIGN_OR_RETURN(const AuthorizedKey key, ParseAuthorizedKey(line));
      ASSIGN_OR_RETURN(file.ssh_authorities.emplace_back(),
                       FormatHostAuthority({output.proxy_host, authority.cluster, key.key}));
    }
    file.tls_authorities.insert(file.tls_authorities.end(), authority.tls_pems.begin(), authority.tls_pems.end());
  }
  return file;
}

Status WriteKubernetes(const IdentityOutput& output) {
  KubeEntry entry = output.kube;
  entry.authorities_pem = TlsBundle(output.authorities);
  entry.client_certificate_pem = output.tls_certificate;
  entry.client_key_pem = output.key_pem.Reveal();
  const auto change = [&](Kubeconfig& config) -> Status {
    config.Add(entry);
    config.Select(KubeContextName(entry.teleport_cluster, entry.kube_cluster), entry.teleport_cluster);
    return {};
  };
  if (!output.overwrite) return UpdateKubeconfig(output.path, change);
  Kubeconfig config;
  RETURN_IF_ERROR(change(config));
  return WriteKubeconfig(output.path, config);
}

Status Write(const IdentityOutput& output, const std::vector<std::string>& files) {
  switch (output.format) {
    case IdentityFormat::kFile: {
      ASSIGN_OR_RETURN(const IdentityFile file, FileOf(output));
      return WriteIdentityFile(files[0], file);
    }
    case IdentityFormat::kOpenssh:
      RETURN_IF_ERROR(WritePrivateFile(files[0], output.key_pem.Reveal()));
      return WritePrivateFile(files[1], WithNewline(output.ssh_certificate));
    case IdentityFormat::kTls:
      RETURN_IF_ERROR(WritePrivateFile(files[0], output.key_pem.Reveal()));
      RETURN_IF_ERROR(WritePrivateFile(files[1], output.tls_certificate));
      return WritePrivateFile(files[2], TlsBundle(output.authorities));
    case IdentityFormat::kKubernetes:
      return WriteKubernetes(output);
  }
  return Fail(ErrorKind::kInternal, "unknown format");
}

}  // namespace

Result<IdentityFormat> ParseIdentityFormat(std::string_view name) {
  for (const auto& row : kFormats) {
    if (row.name == name) return row.format;
  }
  if (std::ranges::find(kOthers, name) != std::end(kOthers)) {
    return FailWithHint(ErrorKind::kNotImplemented, fmt::format("the format \"{}\" is not implemented", name),
                        "use one of: file, openssh, tls, kubernetes");
  }
  return FailWithHint(ErrorKind::kUsage, fmt::format("\"{}\" is not a format for credentials", name),
                      "use one of: file, openssh, tls, kubernetes");
}

std::vector<std::string> IdentityOutputFiles(IdentityFormat format, const std::string& path) {
  std::vector<std::string> files;
  const auto row = std::ranges::find(kFormats, format, &FormatRow::format);
  for (const auto ending : row->endings) files.push_back(path + std::string(ending));
  return files;
}

Result<std::vector<std::string>> WriteIdentityOutput(const IdentityOutput& output) {
  auto files = IdentityOutputFiles(output.format, output.path);
  for (const auto& file : files) {
    // A kubeconfig keeps its other entries, so it need not be absent.
    if (output.overwrite || output.format == IdentityFormat::kKubernetes || !FileExists(file)) continue;
    return FailWithHint(ErrorKind::kAlreadyExists, fmt::format("{} exists already", file),
                        "replace the file with --overwrite, or choose another file with --out");
  }
  RETURN_IF_ERROR(Write(output, files));
  return files;
}

}  // namespace sallyport
