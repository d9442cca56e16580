#include "libresources/kinds/namespace.h"

#include "libresources/kinds/metadata.h"

namespace sallyport {
namespace {

constexpr TextColumn kNamespaceColumns[] = {{"Name", &NameOf}};

Status CheckNamespace(google::protobuf::Message&) { return {}; }

}  // namespace

KindRow NamespaceKind() {
  return {
      .kind = "namespace",
      .aliases = "namespaces ns",
      .versions = "v2",
      .singleton_name = "default",
      .prototype = &Prototype<types::Namespace>,
      .check = &CheckNamespace,
      .columns = kNamespaceColumns,
  };
}

}  // namespace sallyport
