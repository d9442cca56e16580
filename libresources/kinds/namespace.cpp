#include "libresources/kinds/namespace.h"

namespace sallyport {
namespace {

constexpr TextColumn kNamespaceColumns[] = {{"Name", &NameOf}};

}  // namespace

Status CheckNamespace(google::protobuf::Message&) { return {}; }

std::span<const TextColumn> NamespaceColumns() { return kNamespaceColumns; }

}  // namespace sallyport
