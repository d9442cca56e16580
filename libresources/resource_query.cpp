#include "libresources/resource_query.h"

#include <algorithm>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "libbase/text.h"
#include "libresources/codec/codec.h"
#include "libresources/codec/codec_forms.h"
#include "libresources/kinds/metadata.h"
#include "libresources/kinds/resource.h"
#include "teleport/legacy/types/kubernetes.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {
namespace {

void AddResults(const google::protobuf::Map<std::string, types::CommandLabelV2>& commands, Labels& labels) {
  for (const auto& [key, command] : commands) labels[key] = command.result();
}

std::string ShownName(const google::protobuf::Message& resource) {
  const auto* const node = dynamic_cast<const types::ServerV2*>(&resource);
  return node != nullptr && !node->spec().hostname().empty() ? node->spec().hostname() : NameOf(resource);
}

std::vector<std::string> TextsOf(const google::protobuf::Message& resource, const Labels& labels) {
  std::vector<std::string> texts{NameOf(resource), DescriptionOf(resource)};
  for (const auto& [key, value] : labels) {
    texts.push_back(key);
    texts.push_back(value);
  }
  if (const auto* node = dynamic_cast<const types::ServerV2*>(&resource)) {
    texts.push_back(node->spec().hostname());
    texts.push_back(node->spec().addr());
    texts.insert(texts.end(), node->spec().public_addrs().begin(), node->spec().public_addrs().end());
  }
  for (std::string& text : texts) text = LowerCase(text);
  return texts;
}

// Returns whether a type of message has a field at a path of keys; maps have any key.
bool HasField(const google::protobuf::Descriptor* type, std::span<const std::string> path) {
  for (const std::string& key : path) {
    if (type == nullptr) return false;
    const FieldForm* const form = FindField(*type, key, false);
    if (form == nullptr) return false;
    if (form->field->is_map() || form->form == LABELS || form->form == TRAITS) return true;
    type = form->field->message_type();
  }
  return true;
}

}  // namespace

Labels AllLabelsOf(const google::protobuf::Message& resource) {
  if (const auto* server = dynamic_cast<const types::KubernetesServerV3*>(&resource)) {
    return AllLabelsOf(server->spec().cluster());
  }
  Labels labels = LabelsOf(resource);
  if (const auto* server = dynamic_cast<const types::AppServerV3*>(&resource)) {
    labels.merge(AllLabelsOf(server->spec().app()));
  }
  if (const auto* app = dynamic_cast<const types::AppV3*>(&resource)) AddResults(app->spec().dynamiclabels(), labels);
  if (const auto* node = dynamic_cast<const types::ServerV2*>(&resource)) AddResults(node->spec().cmdlabels(), labels);
  if (const auto* cluster = dynamic_cast<const types::KubernetesClusterV3*>(&resource)) {
    AddResults(cluster->spec().dynamiclabels(), labels);
  }
  return labels;
}

ResourceFields::ResourceFields(const google::protobuf::Message& resource) : type_(resource.GetDescriptor()) {
  const Labels labels = AllLabelsOf(resource);
  Value label_map = Value::EmptyMap();
  for (const auto& [key, value] : labels) label_map.mutable_map().emplace_back(key, Value(value));
  fields_.Set("name", ShownName(resource));
  fields_.Set("labels", std::move(label_map));
  std::string health;
  if (const auto* server = dynamic_cast<const types::KubernetesServerV3*>(&resource)) {
    health = server->status().target_health().status();
  }
  fields_.Set("health", Value::EmptyMap()).Set("status", health);
  fields_.Set("resource", EncodeMessage(resource));
  texts_ = TextsOf(resource, labels);
  const auto* const node = dynamic_cast<const types::ServerV2*>(&resource);
  tunnel_ = node != nullptr && node->spec().usetunnel();
}

Result<Value> ResourceFields::Lookup(std::span<const std::string> path) const {
  const Value* value = fields_.Find(path.front());
  for (const std::string& key : path.subspan(1)) value = value == nullptr ? nullptr : value->Find(key);
  if (value != nullptr) return *value;
  // Empty fields are not written, so an absent field may still be a field of the resource.
  if (path.front() != "resource" || HasField(type_, path.subspan(1))) return Value();
  return Fail(ErrorKind::kNotFound, "this resource has no field \"{}\"", StripControl(path.back()));
}

bool ResourceFields::Search(std::span<const std::string> words) const {
  return std::all_of(words.begin(), words.end(), [this](const std::string& word) {
    const std::string wanted = LowerCase(word);
    if (tunnel_ && wanted == "tunnel") return true;
    return std::any_of(texts_.begin(), texts_.end(), [&](const std::string& text) { return text.contains(wanted); });
  });
}

}  // namespace sallyport
