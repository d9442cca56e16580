#include <google/protobuf/util/message_differencer.h>

#include <algorithm>

#include "libbase/file.h"
#include "libbase/yaml.h"
#include "libclient/calls/kind_calls.h"
#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/confirm_option.h"
#include "tools/tctl/documents.h"
#include "tools/tctl/editor.h"
#include "tools/tctl/own_access.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

struct EditOptions {
  std::string resource;
  bool confirm = false;
  std::string validate;
};

constexpr std::string_view kNothingChanged = "Nothing was changed\n";

// The target of an edit: the resources of one kind, or one of them.
struct EditedSubject {
  const KindRow* kind = nullptr;
  const KindCalls* calls = nullptr;
  std::string name;  // empty: all
};

Result<EditedSubject> EditedSubjectOf(const std::string& text) {
  const auto slash = std::min(text.find('/'), text.size());
  EditedSubject subject;
  ASSIGN_OR_RETURN(subject.kind, KindNamed(text.substr(0, slash)));
  ASSIGN_OR_RETURN(subject.calls, CallsOf(*subject.kind));
  subject.name = text.substr(std::min(text.size(), slash + 1));
  if (subject.calls->put == nullptr) {
    return Fail(ErrorKind::kNotImplemented, "editing of {} is not implemented", subject.kind->kind);
  }
  return subject;
}

// The resources that were read, as parsed resources and as the text to edit.
struct Edit {
  std::string text;
  std::vector<Resource> resources;
};

Result<Edit> ReadEdited(RpcClient& rpc, const EditedSubject& subject) {
  Edit edit;
  const auto sink = [&](const google::protobuf::Message& message) -> Status {
    edit.text += (edit.text.empty() ? "" : "---\n") + ToYaml(SortedByKey(EncodeMessage(message)));
    return {};
  };
  const bool secrets = subject.calls->compared_with_secrets;
  RETURN_IF_ERROR(subject.name.empty() ? subject.calls->list(rpc, secrets, sink)
                                       : subject.calls->get(rpc, subject.name, secrets, sink));
  ASSIGN_OR_RETURN(edit.resources,
                   DecodeResources(edit.text, {.source = "the cluster", .unknown_fields = Strictness::kIgnore}));
  if (edit.resources.empty()) return Fail(ErrorKind::kNotFound, "the cluster has no {} to edit", subject.kind->kind);
  return edit;
}

const Resource* FindSame(const std::vector<Resource>& resources, const Resource& wanted) {
  const auto found = std::ranges::find_if(resources, [&](const Resource& resource) {
    return resource.kind == wanted.kind && NameOf(*resource.message) == NameOf(*wanted.message);
  });
  return found == resources.end() ? nullptr : &*found;
}

// Returns the resources of a text that were changed. Unchanged resources are not written, since they may have values
// that the cluster refuses in new ones.
Result<std::vector<Resource>> ChangedDocument(const std::string& text, const DecodeOptions& options,
                                              const Edit& before) {
  ASSIGN_OR_RETURN(const auto after,
                   DecodeResources(text, {.source = options.source, .unknown_fields = options.unknown_fields}));
  auto checked = DecodeEach(text, options);
  std::vector<Resource> changed;
  for (std::size_t i = 0; i < after.size(); ++i) {
    const Resource& resource = after[i];
    const Resource* old = FindSame(before.resources, resource);
    if (old == nullptr || after.size() != before.resources.size()) {
      return FailWithHint(ErrorKind::kBadParameter, "an edit cannot rename, add or remove resources",
                          "use tctl create and tctl rm");
    }
    if (google::protobuf::util::MessageDifferencer::Equals(*old->message, *resource.message)) continue;
    if (!checked[i]) return std::unexpected(std::move(checked[i].error()));
    changed.push_back(resource);
  }
  return changed;
}

Status CheckOrigins(const Edit& before, const std::vector<Resource>& changed) {
  for (const auto& resource : changed) {
    RETURN_IF_ERROR(CheckNotOfFile(*resource.kind, *FindSame(before.resources, resource)->message));
  }
  return {};
}

Result<std::string> Apply(RpcClient& rpc, const std::vector<Resource>& changed) {
  std::string report;
  for (const auto& resource : changed) {
    const std::string name = resource.kind->name_is_secret || !resource.kind->singleton_name.empty()
                                 ? std::string(resource.kind->kind)
                                 : fmt::format("{} \"{}\"", resource.kind->kind, NameOf(*resource.message));
    const Status updated = UpdateResource(rpc, resource);
    if (!updated && updated.error().kind == ErrorKind::kCompareFailed) {
      return Fail(ErrorKind::kCompareFailed, "{} was changed by another caller since the edit began", name);
    }
    if (!updated) return std::unexpected(InContext(name, updated.error()));
    report += fmt::format("{} has been updated\n", name);
  }
  return report;
}

Result<std::string> Finish(const EditOptions& given, RpcClient& rpc, const Edit& before, const std::string& text,
                           const DecodeOptions& options) {
  ASSIGN_OR_RETURN(const auto changed, ChangedDocument(text, options, before));
  if (!given.confirm) {
    RETURN_IF_ERROR(CheckOrigins(before, changed));
    RETURN_IF_ERROR(CheckWritesKeepOwnAccess(rpc, changed));
  }
  return Apply(rpc, changed);
}

// Keeps the edited text in the file, and names the file in the error.
Error KeepingText(Error error, EditedFile& file) {
  if (!error.hint.empty()) error.hint += "; ";
  error.hint += fmt::format("your text is kept in {}", file.KeepFile());
  return error;
}

Result<Output> RunEdit(const Invocation& invocation, const EditOptions& given) {
  ASSIGN_OR_RETURN(const EditedSubject subject, EditedSubjectOf(given.resource));
  ASSIGN_OR_RETURN(auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(const Edit before, ReadEdited(*rpc, subject));
  ASSIGN_OR_RETURN(EditedFile file, EditedFile::Make(invocation, before.text));
  const Status edited = RunEditor(invocation, file.path());
  ASSIGN_OR_RETURN(const std::string text, ReadFile(file.path()));
  if (!edited) return std::unexpected(text == before.text ? edited.error() : KeepingText(edited.error(), file));
  if (text == before.text) return Output::Text(std::string(kNothingChanged));

  std::vector<Error> warnings;
  const DecodeOptions options = ValidatingOptions(file.path(), given.validate, warnings);
  const auto report = Finish(given, *rpc, before, text, options);
  Output output = Output::Text(!report ? "" : report->empty() ? std::string(kNothingChanged) : *report);
  output.notices = NoticesOf(warnings);
  if (report) return output;
  output.exit_code = RowOf(report.error().kind).exit_code;
  output.failures = {KeepingText(report.error(), file)};
  return output;
}

}  // namespace

Command EditCommand() {
  return {.path = "edit",
          .summary = "Change a resource in a text editor (VISUAL, EDITOR)",
          .arguments = {{.name = "resource",
                         .help = "kind/name, or the kind alone for all resources of the kind",
                         .names = "resource",
                         .into = Into<&EditOptions::resource>}},
          .options = {kConfirmOption<&EditOptions::confirm>, kValidateOption<&EditOptions::validate>},
          .example = "EDITOR=nano tctl edit role/dev",
          .formats = "",
          .run = RunWith<RunEdit>};
}

}  // namespace sallyport
