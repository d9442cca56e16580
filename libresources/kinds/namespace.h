// Namespaces: every cluster has one, "default", and nobody makes others.
#pragma once

#include <span>

#include "libbase/error.h"
#include "libresources/kinds/kinds.h"

namespace sallyport {

Status CheckNamespace(google::protobuf::Message& resource);

std::span<const TextColumn> NamespaceColumns();

}  // namespace sallyport
