#include "libresources/namespace.h"

namespace sallyport {
namespace {

constexpr TextColumn kColumns[] = {{"Name", &NameOf}};

}  // namespace

Status CheckNamespace(google::protobuf::Message&) { return {}; }

std::span<const TextColumn> NamespaceColumns() { return kColumns; }

}  // namespace sallyport
